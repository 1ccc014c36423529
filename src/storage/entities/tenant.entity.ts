import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type TenantStatus = 'active' | 'suspended';

@Entity('tenants')
@Check('tenants_status_check', `status IN ('active', 'suspended')`)
export class TenantEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'tenants_pkey' })
  id: string;

  @Column('text')
  name: string;

  @Index('tenants_slug', { unique: true })
  @Column('text')
  slug: string;

  @Column('text', { default: 'active' })
  status: TenantStatus;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
