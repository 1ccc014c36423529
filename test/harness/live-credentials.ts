import type { LiveCredentials, LiveKey, LiveSession } from '../../src/credentials/live-credentials.js';
import { PermissionSet } from '../../src/kernel/permission-set.js';
import { Unavailable } from '../../src/kernel/problem.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Standing, TenantStanding } from '../../src/kernel/standing.js';

export const homeTenant = '01890000-0000-7000-8000-00000000000a';
export const otherTenant = '01890000-0000-7000-8000-00000000000b';
export const someUser = '01890000-0000-7000-8000-0000000000aa';

/** One question to the store: which look-up, and the tenant that the request names. */
export interface Asked {
  readonly what: keyof LiveCredentials;
  readonly named: string | undefined;
}

/** The port behind the schemes, held in memory: it counts what it is asked, and can be taken away. */
export class MemoryCredentials implements LiveCredentials {
  readonly asked: Asked[] = [];
  down = false;
  readonly #keys = new Map<string, LiveKey>();
  readonly #sessions = new Map<string, LiveSession>();
  readonly #legacy = new Map<string, Standing>();
  #operator: Standing | undefined;

  /** Keeps a key under its text, with changes to what is usual. */
  addKey(text: string, change: Partial<LiveKey> = {}): this {
    this.#keys.set(digestOf(text), {
      id: '01890000-0000-7000-8000-0000000000c1',
      userId: someUser,
      environment: 'live',
      revoked: false,
      expired: false,
      ownerActive: true,
      sourceRanges: null,
      standing: standingWith(),
      ...change,
    });
    return this;
  }

  addSession(id: string, change: Partial<LiveSession> = {}): this {
    this.#sessions.set(id, {
      id,
      userId: someUser,
      ended: false,
      expired: false,
      userActive: true,
      amr: ['pwd'],
      standing: standingWith(),
      ...change,
    });
    return this;
  }

  addLegacy(tenantSlug: string, role: string, standing: Standing = standingWith()): this {
    this.#legacy.set(`${tenantSlug} ${role}`, standing);
    return this;
  }

  setOperator(standing: Standing | undefined): this {
    this.#operator = standing;
    return this;
  }

  async key(digest: Buffer, named: string | undefined): Promise<LiveKey | undefined> {
    this.#ask('key', named);
    return this.#keys.get(digest.toString('hex'));
  }

  async session(id: string, named: string | undefined): Promise<LiveSession | undefined> {
    this.#ask('session', named);
    return this.#sessions.get(id);
  }

  async legacy(tenantSlug: string, role: string, named: string | undefined): Promise<Standing | undefined> {
    this.#ask('legacy', named);
    return this.#legacy.get(`${tenantSlug} ${role}`);
  }

  async breakGlass(named: string | undefined): Promise<Standing | undefined> {
    this.#ask('breakGlass', named);
    return this.#operator;
  }

  #ask(what: keyof LiveCredentials, named: string | undefined): void {
    this.asked.push({ what, named });
    if (this.down) throw new Unavailable('database');
  }
}

/** A standing in one tenant, with changes to what is usual: active, ordinary, without permissions or features. */
export function tenantWith(change: Partial<TenantStanding> = {}): TenantStanding {
  return {
    tenantId: homeTenant,
    active: true,
    operator: false,
    permissions: PermissionSet.none,
    features: [],
    ...change,
  };
}

/** A standing at home, and in the named tenant if there is one. */
export function standingWith(home: Partial<TenantStanding> = {}, named?: Standing['named']): Standing {
  return { home: tenantWith(home), named };
}

function digestOf(text: string): string {
  return new Secret(text).digest().toString('hex');
}
