import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { variables } from '../config/environment.js';
import { addConfigCommands, checkConfig, printConfigSchema, printConfigTable } from './config.command.js';

const shipped = path.resolve(import.meta.dirname, '../../gatehouse.yaml');

describe('gatehouse config', () => {
  const printed = (print: (out: (text: string) => void) => unknown): string => {
    let text = '';
    print((part) => (text += part));
    return text;
  };

  it('prints a row for every variable', () => {
    const rows = printed(printConfigTable).trimEnd().split('\n');
    expect(rows[0]).toBe('| name | default | meaning |');
    expect(rows.slice(2).map((row) => row.split('`')[1])).toEqual(Object.keys(variables));
    for (const row of rows) expect(row).toMatch(/^\|[^|]+\|[^|]+\|[^|]+\|$/);
  });

  it('check sums up a configuration that is right', () => {
    const text = printed((out) => expect(checkConfig(shipped, { NODE_ENV: 'test' }, out)).toBe(0));
    expect(text).toBe(
      'The configuration is right, for test: 2 permissions, 1 upstream, 3 routes (1 public).\n' +
        'Note: NODE_ENV is test: not a setting for production.\n',
    );
  });

  it('check says what is wrong with one that is not', () => {
    const text = printed((out) =>
      expect(checkConfig(shipped, { PORT: 'x', BREAK_GLASS_ENABLED: 'true' }, out)).toBe(1),
    );
    expect(text.split('\n')).toEqual([
      'The configuration cannot be used:',
      '  PORT must be a whole number from 0 to 65535',
      '  MASTER_KEY must be set with BREAK_GLASS_ENABLED=true',
      '  BREAK_GLASS_PERMISSIONS must be set with BREAK_GLASS_ENABLED=true',
      '',
    ]);
  });

  it('check finds routes that cannot be told apart', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'gatehouse-config-'));
    try {
      const route = '  - { methods: [GET], path: /a, upstream: one, public: because }\n';
      writeFileSync(
        path.join(dir, 'g.yaml'),
        `upstreams: { one: { url: example } }\nroutes:\n${route}${route}`,
      );
      const text = printed((out) => expect(checkConfig(path.join(dir, 'g.yaml'), {}, out)).toBe(1));
      expect(text).toMatch(/^The configuration cannot be used:\n {2}g\.yaml: .*\/a/);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('schema prints a JSON Schema that allows no unknown members', () => {
    const schema = JSON.parse(printed(printConfigSchema)) as Record<string, unknown>;
    expect(schema).toMatchObject({
      $schema: expect.stringContaining('2020-12'),
      type: 'object',
      additionalProperties: false,
    });
    expect(Object.keys(schema.properties as object)).toEqual([
      'permissions',
      'upstreams',
      'routes',
      'surfaces',
      'trusted_proxies',
      'leaked_keys',
      'rate_limits',
    ]);
  });

  it('is there on the command line', () => {
    const program = new Command('gatehouse');
    addConfigCommands(program, () => undefined);
    const config = program.commands[0];
    expect([config?.name(), ...(config?.commands.map((command) => command.name()) ?? [])]).toEqual([
      'config',
      'check',
      'schema',
    ]);
  });
});
