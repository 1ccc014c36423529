import { toString } from 'qrcode';

/** A text as a QR code: a data URL of an SVG, which is drawn in a few milliseconds and needs no image library. */
export async function qrCodeDataUrl(text: string): Promise<string> {
  const svg = await toString(text, { type: 'svg', errorCorrectionLevel: 'M' });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
