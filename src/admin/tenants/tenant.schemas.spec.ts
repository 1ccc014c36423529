import { NewTenant, TenantChange } from './tenant.schemas.js';

describe('a new tenant', () => {
  it.each(['a', 'acme', 'acme-2', 'a-b-c', '9', 'x'.repeat(63)])('may have the slug %p', (slug) => {
    expect(NewTenant.parse({ name: 'Acme', slug })).toEqual({ name: 'Acme', slug, features: [] });
  });

  it.each(['', '-a', 'a-', 'a--b', 'Acme', 'a_b', 'a b', 'ä', 'x'.repeat(64), `${'a'.repeat(60)}!`])(
    'may not have the slug %p',
    (slug) => expect(NewTenant.safeParse({ name: 'Acme', slug }).success).toBe(false),
  );

  it('has each feature once, and none that the gate could read as two', () => {
    const features = ['sso', 'advanced-scans', 'sso'];
    expect(NewTenant.parse({ name: 'Acme', slug: 'acme', features }).features).toEqual([
      'advanced-scans',
      'sso',
    ]);
    expect(NewTenant.safeParse({ name: 'Acme', slug: 'acme', features: ['a b'] }).success).toBe(false);
  });
});

describe('a change of a tenant', () => {
  it('changes something, and never the slug', () => {
    expect(TenantChange.safeParse({}).success).toBe(false);
    expect(TenantChange.safeParse({ slug: 'other' }).success).toBe(false);
    expect(TenantChange.parse({ status: 'suspended' })).toEqual({ status: 'suspended' });
  });
});
