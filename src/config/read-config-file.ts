import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { z } from 'zod';
import { namesIn, type Demand } from '../kernel/demand.js';
import { ownPermissions } from '../kernel/own-permissions.js';
import type { ConfigProblem } from './config-error.js';
import { configFileSchema, type ConfigFileInput } from './config-file-schema.js';
import type { ConfigFile, RouteConfig } from './config.js';
import { surfaceAbove, surfaceFault, surfacesOf } from './surfaces.js';
import { YamlText } from './yaml-places.js';

type Place = readonly PropertyKey[];
type Fault = { readonly at: Place; readonly rule: string };

/**
 * Reads `gatehouse.yaml`.
 * @param path absolute path
 * @returns what it says, or everything that is wrong with it, by line
 */
export function readConfigFile(
  path: string,
): { readonly file: ConfigFile } | { readonly problems: readonly ConfigProblem[] } {
  const text = textOf(path);
  if (text === undefined)
    return { problems: [{ name: 'GATEHOUSE_CONFIG', rule: 'must name a file that can be read' }] };
  const yaml = new YamlText(text);
  const name = (line: number): string => `${basename(path)} line ${line}`;
  const broken = yaml.faults();
  if (broken.length > 0)
    return { problems: broken.map(({ line, rule }) => ({ name: `${name(line)}:`, rule: `this ${rule}` })) };
  const problem = ({ at, rule }: Fault): ConfigProblem => ({
    name: `${name(yaml.lineOf(at))}: ${written(at)}`,
    rule,
  });
  const value = valueOf(yaml);
  const parsed = configFileSchema.safeParse(value);
  if (!parsed.success)
    return { problems: parsed.error.issues.flatMap((issue) => faultsOf(issue, value)).map(problem) };
  const faults = crossFaults(parsed.data);
  return faults.length > 0 ? { problems: faults.map(problem) } : { file: fileOf(path, parsed.data) };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // whatever the reason is: a file that can't be read
  }
}

function valueOf(yaml: YamlText): unknown {
  try {
    return yaml.value();
  } catch {
    return undefined; // aliases that would expand without end: refused as "not a mapping"
  }
}

function faultsOf(issue: z.core.$ZodIssue, value: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      at: [...issue.path, key],
      rule: 'is not a member that Gatehouse knows',
    }));
  }
  return [{ at: issue.path, rule: ruleOf(issue, value) }];
}

function ruleOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.path.length === 0 && issue.code === 'invalid_type') return 'must be a mapping';
  if (issue.code === 'invalid_type' && memberAt(value, issue.path) === undefined) return 'is required';
  // Our own messages are whole rules already; the library's are not.
  if (/^(must|can|is) /.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'too_small') {
    return issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`;
  }
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  return `is not right: ${issue.message}`;
}

function memberAt(value: unknown, path: Place): unknown {
  const into = (part: unknown, key: PropertyKey): unknown => {
    return typeof part === 'object' && part !== null
      ? (part as Record<PropertyKey, unknown>)[key]
      : undefined;
  };
  return path.reduce(into, value);
}

/** What no single part can know: names that lead nowhere, and permissions that nobody could hold. */
function crossFaults(file: ConfigFileInput): Fault[] {
  const known = new Set<string>([...file.permissions, ...Object.keys(ownPermissions)]);
  const declared = file.permissions.flatMap((name, index): Fault[] => {
    const at = ['permissions', index];
    if (Object.hasOwn(ownPermissions, name))
      return [{ at, rule: 'is one of Gatehouse’s own permissions and need not be listed' }];
    return file.permissions.indexOf(name) === index ? [] : [{ at, rule: 'is listed twice' }];
  });
  const led = file.routes.flatMap((route, index): Fault[] => {
    const unknown = namesOf(route).filter((name) => !known.has(name));
    const nowhere = Object.hasOwn(file.upstreams, route.upstream) ? [] : [route.upstream];
    return [
      ...unknown.map((name) => ({
        at: ['routes', index, 'require', 'permission'],
        rule: `names ${name}, which is not a permission`,
      })),
      ...nowhere.map((name) => ({
        at: ['routes', index, 'upstream'],
        rule: `names ${name}, which is not an upstream`,
      })),
    ];
  });
  return [...declared, ...led, ...surfaceFaults(file)];
}

function surfaceFaults(file: ConfigFileInput): Fault[] {
  const placed = file.surfaces.flatMap((surface, index): Fault[] => {
    const rule = surfaceFault(surface, file.surfaces.slice(0, index));
    return rule === undefined ? [] : [{ at: ['surfaces', index, 'prefix'], rule }];
  });
  const surfaces = surfacesOf(file.surfaces);
  const hidden = file.routes.flatMap(({ path }, index): Fault[] => {
    const above = surfaceAbove(path, surfaces);
    if (above === undefined) return [];
    const rule = `lies beneath ${above.prefix}, where the API ${above.dialect} is: write it without that prefix`;
    return [{ at: ['routes', index, 'path'], rule }];
  });
  return [...placed, ...hidden];
}

function namesOf({ require }: ConfigFileInput['routes'][number]): string[] {
  return require?.permission === undefined ? [] : namesIn(require.permission);
}

function fileOf(path: string, file: ConfigFileInput): ConfigFile {
  const limit = ({ requests, window }: { requests: number; window: number }) => ({
    requests,
    windowMs: window,
  });
  return {
    path,
    permissions: file.permissions,
    upstreams: Object.fromEntries(
      Object.entries(file.upstreams).map(([name, { url, timeout }]) => [
        name,
        { url: urlOf(url), timeoutMs: timeout },
      ]),
    ),
    routes: file.routes.map(routeOf),
    surfaces: surfacesOf(file.surfaces),
    trustedProxies: file.trusted_proxies,
    leakedKeys: {
      github: file.leaked_keys.github.map(({ key_identifier: identifier, key: pem }) => ({
        identifier,
        pem,
      })),
    },
    rateLimits: {
      source: limit(file.rate_limits.source),
      identity: limit(file.rate_limits.identity),
      attempts: limit(file.rate_limits.attempts),
    },
  };
}

function urlOf(url: string): string {
  return url === 'example' ? url : new URL(url).origin;
}

function routeOf(route: ConfigFileInput['routes'][number]): RouteConfig {
  return { methods: route.methods, path: route.path, upstream: route.upstream, demand: demandOf(route) };
}

function demandOf({ require, public: why }: ConfigFileInput['routes'][number]): Demand {
  if (require === undefined) return { kind: 'public', why: why ?? '' };
  const { permission, mfa, feature, environment, operator } = require;
  return {
    kind: 'protected',
    ...(permission === undefined ? {} : { permission }),
    ...(mfa === undefined ? {} : { mfaMinutes: mfa / 60_000 }),
    ...(feature === undefined ? {} : { feature }),
    ...(environment === undefined ? {} : { environment }),
    ...(operator === undefined ? {} : { operator }),
  };
}

/** `['routes', 0, 'path']` → `routes[0].path`. */
function written(path: Place): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}
