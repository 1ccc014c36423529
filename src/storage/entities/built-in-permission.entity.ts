import { Entity, PrimaryColumn } from 'typeorm';

/** What a built-in role may do, in every tenant alike. */
@Entity('built_in_permissions')
export class BuiltInPermissionEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'built_in_permissions_pkey' })
  role: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'built_in_permissions_pkey' })
  permission: string;
}
