import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { ExpiryWarnings } from '../../identity/key-watch/expiry-warnings.js';
import { KeyUsage } from '../../identity/key-watch/key-usage.js';
import { KeysAcrossTenants } from '../../storage/keys-across-tenants.js';
import { DecisionCounts } from './decision-counts.js';

/**
 * What Prometheus gets to see. No tenant, user, key, path or address is a label: such would be other people's data, and
 * series without end.
 */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();

  constructor(decisions: DecisionCounts, keys: KeysAcrossTenants, usage: KeyUsage, warnings: ExpiryWarnings) {
    const registers = [this.#registry];
    new Counter({
      name: 'gatehouse_decisions_total',
      help: 'Decisions of the gate in this process, by outcome, scheme of the credential and status of the denial.',
      labelNames: ['outcome', 'scheme', 'status'],
      registers,
      collect() {
        this.reset();
        for (const { count, ...labels } of decisions.all()) this.inc({ ...labels }, count);
      },
    });
    new Gauge({
      name: 'gatehouse_api_keys_expiring',
      help: 'API keys in force, in all tenants, that end within so many days and have no successor.',
      labelNames: ['within_days'],
      registers,
      async collect() {
        for (const { days, keys: count } of await keys.expiring()) this.set({ within_days: days }, count);
      },
    });
    new Counter({
      name: 'gatehouse_api_key_uses_lost_total',
      help: 'Uses of API keys that could not be noted as their last.',
      registers,
      collect() {
        this.reset();
        this.inc(usage.lost);
      },
    });
    new Counter({
      name: 'gatehouse_expiry_warnings_failed_total',
      help: 'Attempts to warn of the end of API keys that failed and will be made again.',
      registers,
      collect() {
        this.reset();
        this.inc(warnings.failed);
      },
    });
  }

  /** In Prometheus’ text format, version 0.0.4. @throws Unavailable */
  write(): Promise<string> {
    return this.#registry.metrics();
  }
}
