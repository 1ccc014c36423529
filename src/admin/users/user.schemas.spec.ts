import { NewUser, UserChange } from './user.schemas.js';

const user = { email: 'somebody@example.org', name: 'Somebody', role: 'member' };

describe('a new user', () => {
  it('needs no password', () => {
    expect(NewUser.parse(user)).toEqual(user);
  });

  it.each([
    ['12 characters', 'tall-lamps-9', true],
    ['11 characters', 'tall-lamps9', false],
    ['1024 bytes', 'lämp'.repeat(203) + 'unlikely!', true],
    ['1025 bytes', 'lämp'.repeat(203) + 'unlikely!!', false],
    ['which everybody tries', 'password1234', false],
  ])('with a password of %s', (_what, password, accepted) => {
    expect(NewUser.safeParse({ ...user, password }).success).toBe(accepted);
  });

  it('comes with nothing that only the program says', () => {
    expect(NewUser.safeParse({ ...user, email_verified_at: '2030-01-01T00:00:00Z' }).success).toBe(false);
    expect(NewUser.safeParse({ ...user, tenant_id: '018f2b6e-5c3a-7d41-9e8b-0123456789ab' }).success).toBe(
      false,
    );
  });
});

describe('a change of a user', () => {
  it('changes something, and never the address', () => {
    expect(UserChange.safeParse({}).success).toBe(false);
    expect(UserChange.safeParse({ email: 'other@example.org' }).success).toBe(false);
    expect(UserChange.parse({ role: 'admin', status: 'active' })).toEqual({
      role: 'admin',
      status: 'active',
    });
  });
});
