/**
 * Prepares what test databases are cloned from, once a run, after the server is up and before the first test.
 * Nothing so far: databases are created empty.
 *
 * @param adminUrl address of a superuser's database on the test server
 */
export async function prepareTemplate(adminUrl: string): Promise<void> {
  await Promise.resolve(adminUrl);
}
