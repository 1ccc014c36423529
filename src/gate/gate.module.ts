import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { inventoryRoutes, type OwnRoute } from './route-inventory.js';

/** Refuses to start a program in which any handler has declared nothing. */
@Global()
@Module({ imports: [DiscoveryModule] })
export class GateModule implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    this.routes();
  }

  routes(): OwnRoute[] {
    return inventoryRoutes(this.discovery, this.scanner);
  }
}
