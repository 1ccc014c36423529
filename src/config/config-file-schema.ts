import { createPublicKey } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { permissionNameShape } from '../kernel/own-permissions.js';
import { dialectNames } from '../kernel/surface.js';
import { durationShape, parseDurationMs } from './durations.js';
import { hostName, keyPrefix } from './variable-rules.js';

const permissionName = z.string().regex(permissionNameShape, {
  error: 'must be a permission name: letters, digits and . _ : - ; no wildcard',
});
const named = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, { error: 'must be a name of letters, digits and . _ -' });

const permissionRule = z
  .union(
    [
      permissionName,
      z.strictObject({ all: z.array(permissionName).min(1) }),
      z.strictObject({ any: z.array(permissionName).min(1) }),
    ],
    { error: 'must be a permission name, { all: [names] } or { any: [names] }' },
  )
  .meta({ description: 'One permission, all of several, or any one of several.' });

const requirement = z
  .strictObject({
    permission: permissionRule.optional(),
    authenticated: yes(
      'Any identity will do. Stands in the place of `permission`, so that nothing is open by omission.',
    ),
    mfa: duration('1m', '24h', 60_000)
      .optional()
      .meta({ description: 'A second factor proven within this time, in whole minutes.' }),
    feature: named.optional().meta({ description: 'A licensed feature of the tenant.' }),
    environment: z
      .enum(['live', 'test'])
      .optional()
      .meta({ description: 'Whose data this is; live unless stated.' }),
    operator: yes('Only within the operator tenant.'),
  })
  .refine((require) => (require.permission === undefined) !== (require.authenticated === undefined), {
    error: 'must hold either permission or authenticated: true',
  });

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const route = z
  .strictObject({
    methods: z
      .array(z.enum(methods, { error: `must be one of ${methods.join(', ')}` }))
      .min(1)
      .refine((list) => new Set(list).size === list.length, { error: 'must name each method once' }),
    path: z.string().regex(/^\//, { error: 'must begin with a slash' }),
    upstream: z.string(),
    require: requirement.optional(),
    public: z.string().trim().min(3, { error: 'must say why anybody may come here' }).optional(),
  })
  .refine((route) => (route.require === undefined) !== (route.public === undefined), {
    error: 'must hold exactly one of require and public',
  });

const surface = z.strictObject({
  dialect: z
    .enum(dialectNames, { error: `must be one of ${dialectNames.join(', ')}` })
    .meta({ description: 'The documented API that is spoken there.' }),
  host: hostName
    .transform((name) => name.toLowerCase())
    .optional()
    .meta({ description: 'Only for requests to this host, without a port. By default for every host.' }),
  prefix: z
    .string()
    .regex(/^\/$|^(\/[a-z0-9][a-z0-9._-]*)+$/, {
      error: 'must be / or segments of lower-case letters, digits and . _ - without a slash at the end',
    })
    .meta({ description: 'Taken away from the path before anything is judged.' }),
  api_key_prefix: keyPrefix
    .optional()
    .meta({ description: 'Prefix of the keys that are made there; by default the documented one.' }),
  access_token_ttl: duration('1m', '24h', 1000)
    .optional()
    .meta({ description: 'Life of the access tokens given out there; by default the documented one.' }),
  min_password_length: z
    .int()
    .min(8)
    .max(64)
    .optional()
    .meta({ description: 'Characters of a password chosen there; by default the documented number.' }),
});

const upstream = z.strictObject({
  url: z
    .union([z.literal('example'), z.string().refine(isOrigin)], {
      error: 'must be an http or https URL without path, query and credentials, or the word example',
    })
    .meta({ description: 'Origin of the upstream, or `example` for the one that comes with Gatehouse.' }),
  timeout: duration('100ms', '10m').default(30_000),
});

const proxyRange = z.string().superRefine((range, context) => {
  const message = proxyRangeFault(range);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const githubKey = z.strictObject({
  key_identifier: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, { error: 'must be the identifier of a key' }),
  key: z.string().refine(isP256Key, { error: 'must be a public key on the curve P-256, in PEM' }),
});

/** The shape of `gatehouse.yaml`. What crosses its parts is checked where it is read. */
export const configFileSchema = z
  .strictObject({
    permissions: z.array(permissionName).default([]).meta({ description: 'Permissions of your own routes.' }),
    upstreams: z.record(named, upstream).default({}).meta({ description: 'What stands behind the gate.' }),
    routes: z.array(route).default([]).meta({ description: 'What is let through, where to, and for whom.' }),
    surfaces: z.array(surface).default([]).meta({
      description:
        'Documented APIs besides the canonical one, which is at / and, unless a line for it says where else, at /api/v1.',
    }),
    trusted_proxies: z
      .array(proxyRange)
      .default([])
      .meta({ description: 'Addresses, as CIDR ranges, whose X-Forwarded-For is believed.' }),
    leaked_keys: z
      .strictObject({
        github: z.array(githubKey).default([]).meta({
          description: 'Public keys of GitHub’s secret scanning, whose reports of leaked keys are taken.',
        }),
      })
      .prefault({})
      .meta({ description: 'Who reports leaked API keys, besides anybody by `POST /keys/leaked`.' }),
    rate_limits: z
      .strictObject({ source: rateLimit(1200), identity: rateLimit(6000), attempts: rateLimit(30) })
      .prefault({})
      .meta({
        description:
          'Requests allowed to one source address, to one credential, and log-ins tried from one source address.',
      }),
  })
  .meta({ title: 'gatehouse.yaml' });
export type ConfigFileInput = z.output<typeof configFileSchema>;

/** The schema as JSON Schema (2020-12), for editors. */
export function configFileJsonSchema(): object {
  return z.toJSONSchema(configFileSchema, { target: 'draft-2020-12', io: 'input' });
}

function rateLimit(requests: number) {
  return z
    .strictObject({ requests: z.int().min(1).max(1_000_000_000), window: duration('1s', '1h') })
    .prefault({ requests, window: '1m' });
}

function yes(description: string) {
  return z
    .literal(true, { error: 'can only be true; leave it out otherwise' })
    .optional()
    .meta({ description });
}

/** A duration in milliseconds, a multiple of `stepMs`: 60,000 for whole minutes. */
function duration(min: string, max: string, stepMs = 1) {
  const [from = 0, to = 0] = [parseDurationMs(min), parseDurationMs(max)];
  const inRange = (text: string): boolean => {
    const ms = parseDurationMs(text);
    return ms !== undefined && ms >= from && ms <= to && ms % stepMs === 0;
  };
  const error = `must be a duration from ${min} to ${max}, such as ${min}${stepMs === 60_000 ? ', in whole minutes' : ''}`;
  return z
    .string({ error })
    .regex(durationShape, { error, abort: true })
    .refine(inRange, { error })
    .transform((text) => parseDurationMs(text) ?? 0);
}

function isP256Key(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1' && !pem.includes('PRIVATE');
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/?#@\\\s]+$/i.test(text) && URL.canParse(text);
}

/** Whoever is trusted as a proxy says who everybody else is, so nearly everybody must not be. */
function proxyRangeFault(range: string): string | undefined {
  if (!ipaddr.isValidCIDR(range)) return 'must be a range in CIDR notation, such as 127.0.0.1/32';
  const [address, bits] = ipaddr.parseCIDR(range);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress())
    return 'must be written as a range of IPv4';
  const shortest = address.kind() === 'ipv4' ? 8 : 7;
  return bits < shortest ? `must not be wider than /${shortest}` : undefined;
}
