import { DetailField } from './detail-fields';
import { foldText } from './fold-text';

export type CaptionLabel = DetailField | 'scenario';

const LABELS: Readonly<Record<CaptionLabel, readonly string[]>> = {
  scenario: ['scenario', 'сценарий', 'тип записи'],
  auditNumber: [
    ...['audit', 'audit no', 'audit number', 'no'],
    ...['аудит', 'аудит no', 'номер', 'номер аудита', 'no аудита'],
  ],
  date: ['date', 'дата'],
  employee: ['employee', 'сотрудник', 'сотрудница'],
  client: ['client', 'клиент', 'клиентка'],
  place: ['place', 'место', 'заведение'],
  buildingType: ['building type', 'building', 'тип здания', 'тип заведения', 'здание'],
  zone: ['zone', 'зона'],
  city: ['city', 'город'],
  tags: ['tags', 'tag', 'теги', 'тег'],
};

const LABEL_OF_NAME: ReadonlyMap<string, CaptionLabel> = new Map(
  (Object.entries(LABELS) as [CaptionLabel, readonly string[]][]).flatMap(([label, names]) =>
    names.map((name) => [foldText(name), label] as const),
  ),
);

export interface LabelledLine {
  /** Null: it has the shape of a label, but is none of ours. */
  label: CaptionLabel | null;
  value: string;
}

/** `Date: 2026-11-23`, `Дата - 23.11.2026`, `Аудит № 17`; undefined for a line without a label. */
export function labelledLine(line: string): LabelledLine | undefined {
  const audit = /^(?:audit|аудит)\s*(?:№|#|no\.?\s|number\s|номер\s)\s*(?<value>[^\s:].*)$/iu.exec(line);
  if (audit?.groups?.value) return { label: 'auditNumber', value: audit.groups.value };
  const [, name = '', value = ''] = /^([^:=]{1,40}?)\s*[:：=]\s*(.*)$/u.exec(line) ?? [];
  if (name !== '') return { label: LABEL_OF_NAME.get(foldText(name)) ?? null, value };
  const [, dashed = '', rest = ''] = /^(.{1,40}?)\s+[-–—]\s+(.+)$/u.exec(line) ?? [];
  // A dash stands in names too, so it makes a label only of what is one.
  const label = LABEL_OF_NAME.get(foldText(dashed));
  return label && { label, value: rest };
}
