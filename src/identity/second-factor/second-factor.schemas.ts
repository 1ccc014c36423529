import { z } from 'zod';
import { maxPasswordBytes } from '../passwords/password-hasher.js';

/** What is given as a code is only bounded: whether it is the right one, the check says. */
export const codeField = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(64, 'must be at most 64 characters long')
  .meta({ description: 'Six digits of the authenticator, or a backup code' });

const passwordField = z
  .string()
  .min(1, 'must not be empty')
  .refine(
    (text) => Buffer.byteLength(text) <= maxPasswordBytes,
    `must be at most ${maxPasswordBytes} bytes long`,
  );

export const SecondFactorSetup = z
  .strictObject({
    secret: z.string().meta({ description: 'Base32, for typing it in' }),
    qr_code_url: z.string().meta({ description: 'What the QR code says: an otpauth:// URL' }),
    qr_code: z.string().meta({ description: 'The QR code itself: a data URL of an SVG' }),
  })
  .meta({ id: 'SecondFactorSetup' });
export type SecondFactorSetup = z.infer<typeof SecondFactorSetup>;

export const VerifyBody = z.strictObject({ code: codeField }).meta({ id: 'SecondFactorCode' });
export type VerifyBody = z.infer<typeof VerifyBody>;

export const DisableBody = z
  .strictObject({ password: passwordField, code: codeField })
  .meta({ id: 'SecondFactorProof' });
export type DisableBody = z.infer<typeof DisableBody>;

export const StepUpBody = z.strictObject({ totp_code: codeField }).meta({ id: 'StepUp' });
export type StepUpBody = z.infer<typeof StepUpBody>;

export const BackupCodes = z
  .strictObject({ backup_codes: z.array(z.string()).meta({ description: 'Shown this once' }) })
  .meta({ id: 'BackupCodes' });
export type BackupCodes = z.infer<typeof BackupCodes>;

export const SteppedUp = z.strictObject({ mfa_at: z.iso.datetime() }).meta({ id: 'SteppedUp' });
export type SteppedUp = z.infer<typeof SteppedUp>;
