import { z } from 'zod';
import { SETTINGS } from './settings';

export interface SettingReference {
  name: string;
  /** As it would be written; empty when there is none. */
  defaultValue: string;
  meaning: string;
  secret: boolean;
}

/** Every setting with its default, as the documentation's table shows it. */
export function configurationReference(): SettingReference[] {
  return Object.entries(SETTINGS).map(([name, { meaning, schema, secret }]) => {
    const byDefault = (schema as z.ZodType).safeParse(undefined);
    const value = byDefault.success ? byDefault.data : undefined;
    const known = Array.isArray(value) || ['string', 'number'].includes(typeof value) ? String(value) : '';
    return { name, defaultValue: known, meaning, secret: secret ?? false };
  });
}
