import { Get, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { PageQuery, toCollection } from '../../gate/collection.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import type { TenantView } from '../../storage/stores/tenants.js';
import { NewTenant, Tenant, TenantChange, TenantList } from './tenant.schemas.js';
import { TenantService } from './tenant.service.js';

@ApiTags('tenants')
@OwnApi('admin/tenants')
export class TenantsController {
  constructor(private readonly tenants: TenantService) {}

  @Get()
  @Requires('admin.tenants', { operator: true })
  @ApiOperation({ summary: 'List the tenants' })
  @AnswersWith(TenantList)
  async list(@Admitted() admission: Admission, @ValidQuery(PageQuery) query: PageQuery): Promise<TenantList> {
    return toCollection(
      await this.tenants.list(admission, { after: query.cursor, limit: query.limit }),
      written,
    );
  }

  @Post()
  @Requires('admin.tenants', { operator: true, persists: true })
  @ApiOperation({
    summary: 'Make a tenant',
    description: 'It has the built-in roles from the start, and no users.',
  })
  @AnswersWith(Tenant, 201)
  @Conflicts('SLUG_TAKEN')
  async create(@Admitted() admission: Admission, @ValidBody(NewTenant) body: NewTenant): Promise<Tenant> {
    return written(await this.tenants.create(admission, body));
  }

  @Get(':id')
  @Requires('admin.tenants', { operator: true })
  @ApiOperation({ summary: 'One tenant' })
  @AnswersWith(Tenant)
  async find(@Admitted() admission: Admission, @IdParam('id', 'tenant') id: string): Promise<Tenant> {
    return written(await this.tenants.find(admission, id));
  }

  @Patch(':id')
  @Requires('admin.tenants', { operator: true, persists: true })
  @ApiOperation({ summary: 'Rename, suspend or reactivate a tenant, or license its features' })
  @AnswersWith(Tenant)
  @Conflicts('OPERATOR_TENANT')
  async update(
    @Admitted() admission: Admission,
    @IdParam('id', 'tenant') id: string,
    @ValidBody(TenantChange) body: TenantChange,
  ): Promise<Tenant> {
    return written(await this.tenants.update(admission, id, body));
  }
}

function written({ id, name, slug, status, features, createdAt }: TenantView): Tenant {
  return { id, name, slug, status, features: [...features], created_at: createdAt.toISOString() };
}
