import { Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { PageQuery, toCollection } from '../../gate/collection.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import type { Admission } from '../../kernel/admission.js';
import type { RoleView } from '../../storage/stores/roles.js';
import { NewRole, Role, RoleChange, RoleList } from './role.schemas.js';
import { RoleService } from './role.service.js';

@ApiTags('roles')
@OwnApi('admin/roles')
export class RolesController {
  constructor(private readonly roles: RoleService) {}

  @Get()
  @Requires('admin.roles')
  @ApiOperation({ summary: "List the tenant's roles" })
  @AnswersWith(RoleList)
  async list(@Admitted() admission: Admission, @ValidQuery(PageQuery) query: PageQuery): Promise<RoleList> {
    return toCollection(
      await this.roles.list(admission, { after: query.cursor, limit: query.limit }),
      written,
    );
  }

  @Post()
  @Requires('admin.roles', { persists: true })
  @ApiOperation({ summary: 'Make a role', description: 'With permissions among what one holds.' })
  @AnswersWith(Role, 201)
  @Conflicts('ROLE_NAME_TAKEN')
  async create(@Admitted() admission: Admission, @ValidBody(NewRole) body: NewRole): Promise<Role> {
    return written(await this.roles.create(admission, body));
  }

  @Get(':id')
  @Requires('admin.roles')
  @ApiOperation({ summary: 'One role' })
  @AnswersWith(Role)
  async find(@Admitted() admission: Admission, @IdParam('id', 'role') id: string): Promise<Role> {
    return written(await this.roles.find(admission, id));
  }

  @Patch(':id')
  @Requires('admin.roles', { persists: true })
  @ApiOperation({ summary: 'Rename a role, or replace its permissions', description: 'Not a built-in one.' })
  @AnswersWith(Role)
  @Conflicts('ROLE_BUILT_IN', 'ROLE_NAME_TAKEN')
  async update(
    @Admitted() admission: Admission,
    @IdParam('id', 'role') id: string,
    @ValidBody(RoleChange) body: RoleChange,
  ): Promise<Role> {
    return written(await this.roles.update(admission, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The role is gone.' })
  @Requires('admin.roles')
  @ApiOperation({ summary: 'Delete a role that nobody has', description: 'Not a built-in one.' })
  @Conflicts('ROLE_BUILT_IN', 'ROLE_IN_USE')
  async delete(@Admitted() admission: Admission, @IdParam('id', 'role') id: string): Promise<void> {
    await this.roles.delete(admission, id);
  }
}

function written({ id, name, permissions, builtIn, createdAt }: RoleView): Role {
  return {
    id,
    name,
    permissions: permissions.names(),
    built_in: builtIn,
    created_at: createdAt.toISOString(),
  };
}
