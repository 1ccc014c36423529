/** What the documentation says of one code. */
export interface CatalogueError {
  readonly code: string;
  readonly status: number;
  readonly meaning: string;
  readonly remedy: string;
}

/** Every code that a problem document can carry. Each has a page at `/docs/errors/<code>`. */
export const errorCatalogue: readonly CatalogueError[] = [
  // 400: the request itself
  error(
    400,
    'INVALID_REQUEST',
    'The request is not well formed, or a member of it is not right.',
    'Look at errors: each entry names a member and what it must be. Members that are not known are refused as well.',
  ),
  error(
    400,
    'AMBIGUOUS_PATH',
    'The path could be read as two different paths by two different programs.',
    'Send the plain path: no dot segments, empty segments, encoded slashes, semicolons or double encoding.',
  ),
  error(
    400,
    'AMBIGUOUS_HEADER',
    'A header that decides about the request came twice, is missing, holds a comma, or is spelt in an unusual way.',
    'Send the header named in errors once, spelt as documented, with one value.',
  ),
  error(
    400,
    'AMBIGUOUS_CREDENTIAL',
    'Two credentials of the same kind were sent.',
    'Send the API key either in X-API-Key or in Authorization.',
  ),
  error(
    400,
    'INVALID_TENANT',
    'X-Tenant-ID is not the id of a tenant.',
    'Send the tenant’s id, a UUID, or leave the header out.',
  ),
  error(
    400,
    'BREAK_GLASS_REASON_REQUIRED',
    'The master key was sent without a usable reason.',
    'Say in X-Break-Glass-Reason why it is used, in 10 to 500 characters.',
  ),
  error(
    400,
    'FORWARDED_REQUEST_INVALID',
    'The proxy in front did not say which request it asks about.',
    'Configure the proxy to send method and address of the original request, each once.',
  ),
  error(
    400,
    'INVALID_TOKEN',
    'A token that was mailed is not good: it was used, has expired, is for something else, or never was one.',
    'Ask for another mail. For an invitation, ask whoever invited you: it ends when they could no longer give the role.',
  ),
  error(
    400,
    'PASSWORD_REQUIRED',
    'Somebody else may know the account’s password, or it has none: a new one has to be chosen along with this.',
    'Send the same again with a password. The token is still good.',
  ),
  error(
    400,
    'UNSUPPORTED_TRANSFER_CODING',
    'The body has a transfer coding that cannot be passed on.',
    'Send the body with a length, or chunked and nothing else.',
  ),
  // 401: who
  error(
    401,
    'UNAUTHORIZED',
    'No credential was sent, or the one sent is not valid: unknown, expired, revoked, or its owner is disabled.',
    'Send one valid credential. The one of the highest priority decides; another one beside it is not tried.',
  ),
  error(
    401,
    'INVALID_CREDENTIALS',
    'E-mail address and password do not belong together.',
    'Check both. Whether an account exists is never said.',
  ),
  error(
    401,
    'TOTP_REQUIRED',
    'The password is right, and the account has a second factor.',
    'Log in again with the same address and password, and a code in totp_code.',
  ),
  error(
    401,
    'TOTP_INVALID',
    'The password is right, but the code of the second factor is wrong, or was used before.',
    'Wait for the authenticator’s next code, or use a backup code. Each code is good once.',
  ),
  // 403: whether
  error(
    403,
    'FORBIDDEN',
    'The identity is known, but lacks the permission that is named.',
    'Have the permission added to the role, and for an API key to its scopes as well.',
  ),
  error(
    403,
    'TENANT_FORBIDDEN',
    'X-Tenant-ID names a tenant that this identity may not enter.',
    'Leave the header out to act in your own tenant.',
  ),
  error(
    403,
    'ENVIRONMENT_MISMATCH',
    'A test key was used where only live keys are taken.',
    'Use a live key.',
  ),
  error(
    403,
    'SESSION_REQUIRED',
    'Only a person who is logged in may do this.',
    'Log in and use the access token; no API key will do.',
  ),
  error(
    403,
    'USER_REQUIRED',
    'Only a credential that stands for a user may do this.',
    'Use a session or a user’s API key.',
  ),
  error(
    403,
    'HOME_TENANT_ONLY',
    'One’s own account is reached in its own tenant only.',
    'Leave X-Tenant-ID out.',
  ),
  error(
    403,
    'OPERATOR_ONLY',
    'This is done only in the operator tenant, the installation’s own.',
    'Ask an operator of the installation.',
  ),
  error(
    403,
    'MFA_REQUIRED',
    'This needs a second factor that was proven a short time ago.',
    'Prove the second factor with POST /auth/step-up and try again. Keys and tokens never satisfy this.',
  ),
  error(
    403,
    'REAUTHENTICATION_FAILED',
    'The password or the code that was to confirm this is wrong.',
    'Check both. A code is good once: wait for the next one. The session goes on.',
  ),
  error(
    403,
    'OWN_SECOND_FACTOR',
    'One’s own second factor is not reset in an admin’s way.',
    'Disable it with POST /auth/2fa/disable, by password and code; without the codes, ask another admin.',
  ),
  error(
    403,
    'ACCOUNT_FROM_ELSEWHERE',
    'The user’s account has its home in another tenant, which looks after its second factor.',
    'Have it done by an admin there.',
  ),
  error(
    403,
    'FEATURE_NOT_LICENSED',
    'The tenant has no licence for the feature that is named.',
    'Have the feature enabled for the tenant.',
  ),
  error(
    403,
    'BREAK_GLASS_FORBIDDEN',
    'Break-glass cannot create what would outlive the incident.',
    'Have it done by an ordinary admin.',
  ),
  error(
    403,
    'UNTRUSTED_PROXY',
    'A decision was asked for by a machine that is no trusted proxy.',
    'List the proxy’s address under trusted_proxies.',
  ),
  error(
    403,
    'REGISTRATION_CLOSED',
    'Nobody can make an account by themselves here.',
    'Ask an admin of your organisation.',
  ),
  error(
    403,
    'INVITATION_REQUIRED',
    'Only who was invited can make an account here.',
    'Send the token of the invitation that was mailed.',
  ),
  error(
    403,
    'BEYOND_OWN_PERMISSIONS',
    'The role or user holds, or would hold, more than the caller does.',
    'Have it done by somebody who holds every permission that is named.',
  ),
  error(
    403,
    'SCOPE_NOT_HELD',
    'A scope of the key is not held by the caller, or not by the user the key is for.',
    'Leave out the scopes that are named, or have the role extended first.',
  ),
  error(
    403,
    'EXPIRY_BEYOND_OWN',
    'A key cannot make one for its user that outlives it.',
    'Ask for an earlier expiry, or make the key in a session.',
  ),
  error(
    403,
    'RANGE_BEYOND_OWN',
    'A key that may be used only from certain addresses cannot make one for its user for other addresses.',
    'Ask for ranges within its own, or make the key in a session.',
  ),
  error(
    403,
    'SIGNATURE_INVALID',
    'The report is not signed by anybody whose reports are taken.',
    'Sign the body as it is sent, with the key that is named; it must be listed under leaked_keys.',
  ),
  error(
    403,
    'KEY_FROM_ELSEWHERE',
    'A key of another tenant cannot make keys for its own user here.',
    'Use a session, or a key of this tenant.',
  ),
  // 404 and other 4xx
  error(
    404,
    'NOT_FOUND',
    'There is nothing at this address, or nothing that you may know of.',
    'Check the path and the id. Objects of other tenants look exactly like ones that do not exist.',
  ),
  error(
    405,
    'METHOD_NOT_ALLOWED',
    'The method is not allowed at this address.',
    'Look the method up in the API’s description.',
  ),
  error(406, 'NOT_ACCEPTABLE', 'None of the media types in Accept can be given.', 'Accept application/json.'),
  error(408, 'REQUEST_TIMEOUT', 'The request did not arrive in time.', 'Send it again, without pauses.'),
  error(
    409,
    'EMAIL_TAKEN',
    'A user of this tenant has this e-mail address already.',
    'Use another address, or the user that is there.',
  ),
  error(
    409,
    'NOT_REGISTERED',
    'No account was made. Why is said to the address alone, by mail.',
    'Look into the mailbox of the address.',
  ),
  error(409, 'SLUG_TAKEN', 'Another tenant has this slug.', 'Choose another slug.'),
  error(409, 'ROLE_NAME_TAKEN', 'Another role of this tenant has this name.', 'Choose another name.'),
  error(409, 'ROLE_IN_USE', 'Users still have this role.', 'Give them another role first.'),
  error(
    409,
    'ROLE_BUILT_IN',
    'A built-in role cannot be changed or deleted.',
    'Make a role of your own with the permissions you want.',
  ),
  error(
    409,
    'LAST_OWNER',
    'The tenant would be left without an active owner.',
    'Make another user an owner first.',
  ),
  error(
    409,
    'TWO_FACTOR_ENABLED',
    'A second factor is enabled already, and is never overwritten.',
    'Disable it first.',
  ),
  error(409, 'TWO_FACTOR_NOT_ENABLED', 'No second factor is enabled.', 'Set one up and verify it first.'),
  error(
    409,
    'TWO_FACTOR_NOT_SET_UP',
    'No second factor has been set up.',
    'Call POST /auth/2fa/setup first.',
  ),
  error(
    409,
    'KEY_ENDED',
    'The key is revoked or has expired, so nothing can take its place.',
    'Make a new key.',
  ),
  error(409, 'KEY_ROTATED', 'The key has a successor already.', 'Use the successor, or rotate that one.'),
  error(409, 'USER_DISABLED', 'A disabled user gets no API keys.', 'Reactivate the user first.'),
  error(
    409,
    'OPERATOR_TENANT',
    'The operator tenant cannot be suspended: nobody could undo it.',
    'Suspend another tenant, or stop the program.',
  ),
  error(413, 'PAYLOAD_TOO_LARGE', 'The body is larger than is read here.', 'Send less.'),
  error(414, 'URI_TOO_LONG', 'The path is too long.', 'Send a shorter one.'),
  error(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'The body is not of a media type that is read here.',
    'Send application/json in UTF-8, without a content coding.',
  ),
  error(417, 'EXPECTATION_FAILED', 'The expectation cannot be met.', 'Leave the Expect header out.'),
  error(
    429,
    'RATE_LIMITED',
    'There were too many requests from this address or identity.',
    'Wait as many seconds as Retry-After says.',
  ),
  error(
    429,
    'LOCKED_OUT',
    'There were too many wrong passwords or codes, for this address or from this source.',
    'Wait as many seconds as Retry-After says. Resetting the password by mail ends the waiting as well.',
  ),
  error(
    431,
    'HEADERS_TOO_LARGE',
    'The headers are larger than is read here.',
    'Send fewer or shorter headers.',
  ),
  // 5xx
  error(
    500,
    'INTERNAL_ERROR',
    'Something went wrong on our side.',
    'Try again. If it stays, give the correlation id to the operator: it finds the cause in the log.',
  ),
  error(
    502,
    'BAD_GATEWAY',
    'The service behind this address could not be reached, or gave no valid answer.',
    'Try again later; the operator looks after the upstream.',
  ),
  error(
    503,
    'UNAVAILABLE',
    'The request could not be checked or recorded, so it was not acted upon. The answer is the same for everybody.',
    'Wait as many seconds as Retry-After says, then try again.',
  ),
  error(
    503,
    'MAIL_NOT_CONFIGURED',
    'This needs mail, and no mail server is configured. The answer is the same for everybody.',
    'The operator sets SMTP_URL and MAIL_FROM.',
  ),
  error(
    504,
    'GATEWAY_TIMEOUT',
    'The service behind this address did not answer in time.',
    'Try again later; the operator looks after the upstream.',
  ),
];

function error(status: number, code: string, meaning: string, remedy: string): CatalogueError {
  return { code, status, meaning, remedy };
}
