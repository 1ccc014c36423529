import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { v7 as uuidv7 } from 'uuid';
import { PermissionCatalogue } from './access/permission-catalogue.js';
import { AdminModule } from './admin/admin.module.js';
import { DecisionCounts } from './admin/metrics/decision-counts.js';
import { MetricsModule } from './admin/metrics/metrics.module.js';
import { AuditTrail } from './audit/audit-trail.js';
import type { Config } from './config/config.js';
import { ApiKeyScheme } from './credentials/api-key.scheme.js';
import { CredentialChain } from './credentials/credential-chain.js';
import { GlobalKeyScheme } from './credentials/global-key.scheme.js';
import type { KeyRing } from './credentials/key-ring.js';
import { MasterKeyScheme } from './credentials/master-key.scheme.js';
import { SessionJwtScheme, sessionTokenType } from './credentials/session-jwt.scheme.js';
import { EdgeModule } from './edge/edge.module.js';
import type { RouteTable } from './edge/route-table.js';
import { TrustedPeers } from './edge/trusted-peers.js';
import { GateGuard } from './gate/gate.guard.js';
import { GateModule } from './gate/gate.module.js';
import type { GateObserver } from './gate/gate-observer.js';
import { Gatekeeper } from './gate/gatekeeper.js';
import { RateLimiter } from './gate/rate-limiter.js';
import { HttpModule } from './http/http.module.js';
import type { Logger } from './http/logger.js';
import { ProblemFilter } from './http/problem.filter.js';
import type { Readiness } from './http/readiness.js';
import { ACCOUNT_OPTIONS, type AccountOptions } from './identity/accounts/account-options.js';
import { AccountsModule } from './identity/accounts/accounts.module.js';
import { API_KEY_OPTIONS } from './identity/api-keys/api-key-options.js';
import { ApiKeysModule } from './identity/api-keys/api-keys.module.js';
import { KeyUsage } from './identity/key-watch/key-usage.js';
import {
  KEY_WATCH_OPTIONS,
  keyWatchDefaults,
  type KeyWatchOptions,
} from './identity/key-watch/key-watch-options.js';
import { KeyWatchModule } from './identity/key-watch/key-watch.module.js';
import { GithubSignatures } from './identity/leaked/github-signature.js';
import { LeakedModule } from './identity/leaked/leaked.module.js';
import { LockOut } from './identity/lockout/lock-out.js';
import { MAILER, NoMailer, type Mailer } from './identity/mail/mailer.js';
import { PasswordHasher } from './identity/passwords/password-hasher.js';
import { SecondFactor } from './identity/second-factor/second-factor.js';
import { SecondFactorModule } from './identity/second-factor/second-factor.module.js';
import { PUBLIC_KEYS } from './identity/sessions/jwks.controller.js';
import { CLOCK } from './identity/sessions/session.service.js';
import { SessionTokens } from './identity/sessions/session-tokens.js';
import { SessionsModule } from './identity/sessions/sessions.module.js';
import type { Clock } from './kernel/clock.js';
import type { Sealer } from './kernel/sealer.js';
import { Accounts } from './storage/accounts.js';
import { Database } from './storage/database.js';
import { KeysAcrossTenants } from './storage/keys-across-tenants.js';
import { PgLiveCredentials } from './storage/live/pg-live-credentials.js';
import { LoginAttempts } from './storage/login-attempts.js';
import { PgAuditSink } from './storage/pg-audit-sink.js';

/** What the program has opened before it is put together. */
export interface Resources {
  readonly config: Config;
  readonly database: Database;
  readonly ring: KeyRing;
  readonly sealer: Sealer;
  readonly counters: ThrottlerStorage;
  readonly catalogue: PermissionCatalogue;
  readonly passwords: PasswordHasher;
  readonly routes: () => RouteTable;
  /** How long a decision may take, in milliseconds. */
  readonly decisionMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who sends mail; nobody unless stated. */
  readonly mailer?: Mailer | undefined;
  /** How often keys are looked after; as usual unless stated. */
  readonly keyWatch?: Partial<KeyWatchOptions> | undefined;
}

/** The composition root: every port is bound to its adapter here, and nowhere else. */
@Module({})
export class AppModule {
  static with(resources: Resources): DynamicModule {
    const { config, routes, database } = resources;
    const trustedPeers = new TrustedPeers(config.file.trustedProxies);
    return {
      module: AppModule,
      imports: [
        CoreModule.with(resources),
        GateModule,
        HttpModule.with({
          publicUrl: config.publicUrl,
          logger: resources.logger,
          readiness: readinessOf(database),
        }),
        SessionsModule,
        AccountsModule,
        SecondFactorModule,
        ApiKeysModule,
        KeyWatchModule,
        MetricsModule,
        LeakedModule,
        AdminModule,
        EdgeModule.register({ table: routes, trustedPeers }),
      ],
      providers: [
        { provide: APP_GUARD, useClass: GateGuard },
        { provide: APP_FILTER, useExisting: ProblemFilter },
      ],
    };
  }
}

@Global()
@Module({})
class CoreModule {
  static with(resources: Resources): DynamicModule {
    const providers = bindings(resources);
    return { module: CoreModule, providers, exports: providers };
  }
}

function bindings(resources: Resources): Provider[] {
  const { config, database, ring, sealer, catalogue, passwords, clock } = resources;
  const trail = new AuditTrail(new PgAuditSink(database.trail), {
    onLoss: (count) => resources.logger.error({ count }, 'outcomes could not be kept for the trail'),
  });
  const keys = new KeysAcrossTenants(database);
  const usage = new KeyUsage(keys);
  const decisions = new DecisionCounts();
  const gatekeeper = new Gatekeeper({
    chain: chainOf(resources),
    trail,
    limiter: new RateLimiter(resources.counters, config.file.rateLimits),
    newId: uuidv7,
    deadlineMs: resources.decisionMs,
    observer: observerOf(decisions, usage),
  });
  const tokens = new SessionTokens(ring, sealer, {
    issuer: config.publicUrl,
    tokenType: sessionTokenType,
    ...config.sessions,
  });
  return [
    { provide: Gatekeeper, useValue: gatekeeper },
    { provide: AuditTrail, useValue: trail },
    { provide: Database, useValue: database },
    { provide: Accounts, useValue: new Accounts(database.lookups) },
    { provide: PermissionCatalogue, useValue: catalogue },
    { provide: LockOut, useValue: new LockOut(new LoginAttempts(database)) },
    { provide: PasswordHasher, useValue: passwords },
    { provide: SessionTokens, useValue: tokens },
    { provide: SecondFactor, useValue: new SecondFactor(sealer, issuerOf(config.publicUrl)) },
    { provide: PUBLIC_KEYS, useValue: ring },
    { provide: API_KEY_OPTIONS, useValue: config.apiKeys },
    { provide: KeysAcrossTenants, useValue: keys },
    { provide: KeyUsage, useValue: usage },
    { provide: DecisionCounts, useValue: decisions },
    {
      provide: KEY_WATCH_OPTIONS,
      useValue: { ...keyWatchDefaults, publicUrl: config.publicUrl, ...resources.keyWatch },
    },
    { provide: GithubSignatures, useValue: new GithubSignatures(config.file.leakedKeys.github) },
    { provide: ACCOUNT_OPTIONS, useValue: accountOptions(resources) },
    { provide: MAILER, useValue: resources.mailer ?? new NoMailer() },
    { provide: CLOCK, useValue: clock },
  ];
}

function accountOptions({ config, logger }: Resources): AccountOptions {
  return {
    registration: config.registration,
    publicUrl: config.publicUrl,
    onFailure: (error) => logger.error({ err: error }, 'something that was to be mailed was not'),
  };
}

/** Who takes note of the gate's decisions. */
function observerOf(decisions: DecisionCounts, usage: KeyUsage): GateObserver {
  return {
    admitted(admission) {
      decisions.admitted(admission);
      const { principal, sourceAddress } = admission;
      if (principal?.kind === 'api-key') usage.used(principal.credentialId, sourceAddress);
    },
    denied: (scheme, status) => decisions.denied(scheme, status),
  };
}

/** Whom an authenticator app shows beside the account: people may use more than one Gatehouse. */
function issuerOf(publicUrl: string): string {
  return `Gatehouse (${new URL(publicUrl).host})`;
}

/** The order of the credentials, and all of it: the first that is presented decides (G1). */
function chainOf({ config, database, ring }: Resources): CredentialChain {
  const live = new PgLiveCredentials(database.lookups);
  const keyPrefixes = config.apiKeys.acceptedPrefixes;
  return new CredentialChain([
    new MasterKeyScheme(live, config.breakGlass),
    new SessionJwtScheme(live, ring, { issuer: config.publicUrl, keyPrefixes }),
    new ApiKeyScheme(live, keyPrefixes),
    new GlobalKeyScheme(live, { configured: config.legacyKey, keyPrefixes }),
  ]);
}

/** This replica can work when the primary database answers: without it every protected request is refused. */
function readinessOf(database: Database): Readiness {
  return {
    async check() {
      const ok = await database.ping().then(
        () => true,
        () => false,
      );
      return [{ name: 'database', ok }];
    },
  };
}
