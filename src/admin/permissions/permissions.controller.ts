import { Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { PermissionCatalogue } from '../../access/permission-catalogue.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith } from '../../gate/validation.js';
import { PermissionList } from './permission.schemas.js';

@ApiTags('roles')
@OwnApi('admin/permissions')
export class PermissionsController {
  constructor(private readonly catalogue: PermissionCatalogue) {}

  /** For everybody who has to choose among them. */
  @Get()
  @Requires({ any: ['admin.roles', 'admin.keys', 'admin.users', 'keys.own'] })
  @ApiOperation({ summary: 'List every permission there is' })
  @AnswersWith(PermissionList)
  list(): PermissionList {
    return { data: this.catalogue.list(), next_cursor: null };
  }
}
