import { Get, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Admitted } from '../../gate/admitted.decorator.js';
import { toCollection } from '../../gate/collection.js';
import { Conflicts } from '../../gate/refusals.decorator.js';
import { Requires } from '../../gate/demand.decorator.js';
import { OwnApi } from '../../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidQuery } from '../../gate/validation.js';
import { toUser } from '../../identity/sessions/session-answers.js';
import type { Admission } from '../../kernel/admission.js';
import { Secret } from '../../kernel/secret.js';
import { NewUser, User, UserChange, UserList, UserQuery } from './user.schemas.js';
import { UserService } from './user.service.js';

@ApiTags('users')
@OwnApi('admin/users')
export class UsersController {
  constructor(private readonly users: UserService) {}

  @Get()
  @Requires('admin.users')
  @ApiOperation({ summary: "List the tenant's users" })
  @AnswersWith(UserList)
  async list(@Admitted() admission: Admission, @ValidQuery(UserQuery) query: UserQuery): Promise<UserList> {
    const page = { after: query.cursor, limit: query.limit };
    return toCollection(await this.users.list(admission, page, query.search), toUser);
  }

  @Post()
  @Requires('admin.users', { persists: true })
  @ApiOperation({
    summary: 'Add a user to the tenant',
    description:
      'An account that the address has elsewhere in the installation becomes a member and keeps its password.',
  })
  @AnswersWith(User, 201)
  @Conflicts('EMAIL_TAKEN')
  async create(@Admitted() admission: Admission, @ValidBody(NewUser) body: NewUser): Promise<User> {
    const password = body.password === undefined ? undefined : new Secret(body.password);
    return toUser(await this.users.create(admission, { ...body, password }));
  }

  @Get(':id')
  @Requires('admin.users')
  @ApiOperation({ summary: 'One user' })
  @AnswersWith(User)
  async find(@Admitted() admission: Admission, @IdParam('id', 'user') id: string): Promise<User> {
    return toUser(await this.users.find(admission, id));
  }

  @Patch(':id')
  @Requires('admin.users', { persists: true })
  @ApiOperation({
    summary: 'Rename, disable or reactivate a user, or give another role',
    description: 'Disabling ends the sessions too.',
  })
  @AnswersWith(User)
  @Conflicts('LAST_OWNER')
  async update(
    @Admitted() admission: Admission,
    @IdParam('id', 'user') id: string,
    @ValidBody(UserChange) body: UserChange,
  ): Promise<User> {
    return toUser(await this.users.update(admission, id, body));
  }
}
