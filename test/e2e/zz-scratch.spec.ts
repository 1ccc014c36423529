import { startTestGatehouse } from '../harness/gatehouse.js';
it('starts', async () => {
  const g = await startTestGatehouse();
  console.log((await g.http.get('/admin/tenants', { token: g.adminToken })).text);
  await g.stop();
});
