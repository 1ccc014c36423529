import { headWith } from '../../test/harness/heads.js';
import {
  homeTenant,
  MemoryCredentials,
  otherTenant,
  standingWith,
  tenantWith,
} from '../../test/harness/live-credentials.js';
import { describeSchemeContract, run } from '../../test/harness/scheme-contract.js';
import { PermissionSet } from '../kernel/permission-set.js';
import { Secret } from '../kernel/secret.js';
import { fingerprint, MasterKeyScheme, type MasterKeyOptions } from './master-key.scheme.js';

const masterKey = 'an-emergency-key-of-the-installation-0123456789';
const reason = 'payments are down, on call';
const options: MasterKeyOptions = {
  key: new Secret(masterKey),
  permissions: ['scans.read', 'admin.users'],
  reasonRequired: true,
};

const present = (text: string, why = reason) =>
  headWith({ 'X-Master-Key': text, 'X-Break-Glass-Reason': why });
const withOperator = () => new MemoryCredentials().setOperator(standingWith({ operator: true }));

describeSchemeContract('the master key', {
  make: (live) => new MasterKeyScheme(live, options),
  furnish: (live) => live.setOperator(standingWith({ operator: true })),
  validSecret: () => masterKey,
  present,
  credentialId: fingerprint(new Secret(masterKey)),
  foreign: [
    headWith({ 'X-API-Key': masterKey, 'X-Break-Glass-Reason': reason }),
    headWith({ Authorization: `Bearer ${masterKey}`, 'X-Break-Glass-Reason': reason }),
  ],
  garbage: ['', 'x', masterKey.slice(0, -1), `${masterKey}x`, masterKey.toUpperCase()],
});

describe('break-glass', () => {
  it('acts with exactly the permissions that were configured, at home and in the tenant named', async () => {
    const named = { ...tenantWith({ tenantId: otherTenant }), member: false };
    const live = new MemoryCredentials().setOperator(
      standingWith({ permissions: PermissionSet.of(['deploy']) }, named),
    );
    const result = await run(new MasterKeyScheme(live, options), present(masterKey), otherTenant);
    expect(result).toMatchObject({
      outcome: 'verified',
      principal: { kind: 'break-glass', reason },
      standing: { home: { tenantId: homeTenant }, named: { tenantId: otherTenant } },
    });
    const standing = result?.outcome === 'verified' ? result.standing : undefined;
    expect(standing?.home.permissions.names()).toEqual(['admin.users', 'scans.read']);
    expect(standing?.named?.permissions.names()).toEqual(['admin.users', 'scans.read']);
  });

  it('acts with none when none are configured', async () => {
    const scheme = new MasterKeyScheme(withOperator(), { ...options, permissions: [] });
    const result = await run(scheme, present(masterKey));
    expect(result?.outcome === 'verified' && result.standing.home.permissions.names()).toEqual([]);
  });

  it('is refused before there is an operator tenant to act in', async () => {
    const scheme = new MasterKeyScheme(new MemoryCredentials(), options);
    expect(await run(scheme, present(masterKey))).toMatchObject({ outcome: 'rejected' });
  });
});

describe('break-glass that is disabled', () => {
  const disabled = { ...options, key: undefined };

  it('refuses every master key as a wrong one is refused, and asks nobody', async () => {
    const live = withOperator();
    for (const text of [masterKey, '', 'x', 'break-glass is disabled']) {
      const result = await run(new MasterKeyScheme(live, disabled), present(text));
      expect(result).toEqual({ outcome: 'rejected', reason: expect.any(String) });
    }
    expect(live.asked).toEqual([]);
  });

  it('still claims the header: the request is refused, not decided by something behind it', () => {
    expect(new MasterKeyScheme(withOperator(), disabled).claim(present(masterKey))).toBeDefined();
  });

  it('asks a wrong key for no reason: nobody learns whether break-glass is armed', async () => {
    for (const configured of [options, disabled]) {
      const result = await run(
        new MasterKeyScheme(withOperator(), configured),
        headWith({ 'X-Master-Key': 'wrong' }),
      );
      expect(result).toMatchObject({ outcome: 'rejected' });
    }
  });
});

describe('the reason for break-glass', () => {
  const tooShort = 'too short';
  const tooLong = 'x'.repeat(501);

  it.each([undefined, '', tooShort, tooLong, '          '])(
    '%j is not one, where one is required',
    async (why) => {
      const live = withOperator();
      const attempt = run(
        new MasterKeyScheme(live, options),
        why === undefined ? headWith({ 'X-Master-Key': masterKey }) : present(masterKey, why),
      );
      await expect(attempt).rejects.toMatchObject({ status: 400, code: 'BREAK_GLASS_REASON_REQUIRED' });
      expect(live.asked).toEqual([]);
    },
  );

  it.each(['ten chars!', 'x'.repeat(500)])('%j is one', async (why) => {
    const result = await run(new MasterKeyScheme(withOperator(), options), present(masterKey, why));
    expect(result).toMatchObject({ outcome: 'verified', principal: { reason: why } });
  });

  it('may be left out where none is required, but a bad one is refused there too', async () => {
    const scheme = new MasterKeyScheme(withOperator(), { ...options, reasonRequired: false });
    expect(await run(scheme, headWith({ 'X-Master-Key': masterKey }))).toMatchObject({
      outcome: 'verified',
      principal: { reason: '' },
    });
    await expect(run(scheme, present(masterKey, tooShort))).rejects.toMatchObject({ status: 400 });
  });
});

describe('the fingerprint of a master key', () => {
  it('is stable, differs from key to key, and is no digest of the key that could be tried against a leaked table', () => {
    const key = new Secret(masterKey);
    expect(fingerprint(key)).toBe(fingerprint(new Secret(masterKey)));
    expect(fingerprint(key)).not.toBe(fingerprint(new Secret(`${masterKey}x`)));
    expect(fingerprint(key)).toMatch(/^mk_[0-9a-f]{16}$/);
    expect(key.digest().toString('hex')).not.toContain(fingerprint(key).slice(3));
  });
});
