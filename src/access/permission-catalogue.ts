import { isPermissionName, ownPermissions, type OwnPermission } from '../kernel/own-permissions.js';
import { PermissionSet } from '../kernel/permission-set.js';

export { isPermissionName, ownPermissions, type OwnPermission };

export interface CataloguePermission {
  readonly name: string;
  readonly description: string;
  /** Whether Gatehouse itself asks for it, or one of the installation's own routes. */
  readonly origin: 'gatehouse' | 'installation';
}

/** Every permission there is: Gatehouse's own and those of the installation's configuration. */
export class PermissionCatalogue {
  readonly #entries: ReadonlyMap<string, CataloguePermission>;
  /** All of them, as they stand. */
  readonly all: PermissionSet;

  /** @throws Error naming a permission that is malformed or one of Gatehouse's own */
  constructor(installation: readonly string[]) {
    const entries = new Map<string, CataloguePermission>();
    for (const [name, description] of Object.entries(ownPermissions)) {
      entries.set(name, { name, description, origin: 'gatehouse' });
    }
    for (const name of installation) {
      if (!isPermissionName(name)) throw new Error(`permissions: "${name}" is not a permission name`);
      if (Object.hasOwn(ownPermissions, name)) throw new Error(`permissions: "${name}" is Gatehouse's own`);
      entries.set(name, { name, description: '', origin: 'installation' });
    }
    this.#entries = entries;
    this.all = PermissionSet.of(entries.keys());
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  list(): CataloguePermission[] {
    return [...this.#entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
