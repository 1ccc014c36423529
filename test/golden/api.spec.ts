import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GateModule } from '../../src/gate/gate.module.js';
import type { OwnRoute } from '../../src/gate/route-inventory.js';
import { buildOpenApi } from '../../src/http/openapi.js';
import { ruleText } from '../../src/kernel/demand.js';
import { assembleOffline } from '../harness/assembled.js';
import { expectGolden } from './golden.js';

describe('what the API offers and demands', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await assembleOffline();
  });
  afterAll(() => app.close());

  it('is the list of routes that was reviewed: each with what it demands', () => {
    const lines = app.get(GateModule).routes().map(line);
    expect(lines.length).toBeGreaterThan(0);
    expectGolden('routes.txt', `${lines.join('\n')}\n`);
  });

  it('is the OpenAPI document that was reviewed', () => {
    expectGolden('openapi.json', `${JSON.stringify(buildOpenApi(app), null, 2)}\n`);
  });
});

function line({ method, path, demand }: OwnRoute): string {
  return `${method.padEnd(6)} ${path}  ${demanded(demand)}`;
}

function demanded(demand: OwnRoute['demand']): string {
  if (demand.kind === 'own') return `judged by the door itself: ${demand.why}`;
  if (demand.kind === 'public') {
    const unrecorded = demand.unrecorded === undefined ? '' : `; not recorded: ${demand.unrecorded}`;
    return `PUBLIC: ${demand.why}${unrecorded}`;
  }
  const { permission, ownAccount, session, operator, persists } = demand;
  const parts = [
    permission === undefined ? 'any identity' : ruleText(permission),
    ownAccount && 'one’s own account',
    session && 'a session',
    operator && 'in the operator tenant',
    persists && 'not break-glass',
  ];
  return parts.filter(Boolean).join(', ');
}
