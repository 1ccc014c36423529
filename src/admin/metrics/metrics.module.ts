import { Module } from '@nestjs/common';
import { KeyWatchModule } from '../../identity/key-watch/key-watch.module.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.js';

/** Figures for whoever watches over the installation. */
@Module({ imports: [KeyWatchModule], controllers: [MetricsController], providers: [Metrics] })
export class MetricsModule {}
