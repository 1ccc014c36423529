import { readFile, stat } from 'node:fs/promises';

/** An account of the operating system that PostgreSQL's programs are started as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account PostgreSQL has to run as, or undefined when that is simply the one Gatehouse runs as.
 *
 * PostgreSQL refuses to run as root: whoever takes over the database would have the machine. So root drops to the
 * owner of the data directory when there is one already (PostgreSQL insists on that), else to `postgres`, else to `nobody`.
 *
 * @throws Error when root finds no account to drop to
 */
export async function serverAccount(dataDir: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = (await ownerOf(dataDir)) ?? (await knownAccount(['postgres', 'nobody']));
  if (account) return account;
  throw new Error(
    'PostgreSQL does not run as root, and this machine has neither an account "postgres" nor "nobody" to run it as. ' +
      'Start Gatehouse as an ordinary user, or set DATABASE_URL to use a server of your own.',
  );
}

/**
 * How to start a program as that account. The environment is ours alone: Gatehouse's own holds secrets that PostgreSQL
 * must not inherit, and `PG*` variables that would change what it does. The working directory is one that every account may enter.
 */
export function startedAs(account: Account | undefined) {
  return {
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { uid: account.uid, gid: account.gid }),
  };
}

async function ownerOf(dataDir: string): Promise<Account | undefined> {
  const found = await stat(dataDir).catch(() => undefined);
  if (!found || found.uid === 0) return undefined;
  return { name: `the owner of the data directory (uid ${found.uid})`, uid: found.uid, gid: found.gid };
}

async function knownAccount(names: readonly string[]): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const wanted of names) {
    for (const line of lines) {
      const [name, , uid, gid] = line.split(':');
      if (name === wanted && uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  return undefined;
}
