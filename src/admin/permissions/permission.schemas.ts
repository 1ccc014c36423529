import { z } from 'zod';
import { collectionOf } from '../../gate/collection.js';

const Permission = z
  .strictObject({
    name: z.string(),
    description: z.string(),
    origin: z
      .enum(['gatehouse', 'installation'])
      .meta({ description: "Whether Gatehouse itself asks for it, or one of the installation's routes" }),
  })
  .meta({ id: 'Permission' });

export const PermissionList = collectionOf(Permission, 'PermissionList');
export type PermissionList = z.infer<typeof PermissionList>;
