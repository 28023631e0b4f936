import { DetailField } from './detail-fields';
import { foldText } from './fold-text';

export type CaptionLabel = DetailField | 'scenario';

const LABELS: Readonly<Record<CaptionLabel, readonly string[]>> = {
  scenario: ['scenario', 'сценарий', 'тип записи'],
  // Not "номер" alone: that is a room too.
  auditNumber: ['audit', 'audit no', 'audit number', 'аудит', 'аудит no', 'номер аудита', 'no аудита'],
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
  const audit = /^(?:audit|аудит)\s*(?:№|#|no\.?\s|number\s|номер\s)\s*(?<value>[^\s:]\S*)$/iu.exec(line);
  if (audit?.groups?.value) return labelled('auditNumber', audit.groups.value);
  const [, name = '', value = ''] = /^([^:=]{1,40}?)\s*[:：=]\s*(.*)$/u.exec(line) ?? [];
  if (name === '№') return labelled('auditNumber', value);
  if (name !== '') return labelled(LABEL_OF_NAME.get(foldText(name)), value);
  const [, dashed = '', rest = ''] = /^(.{1,40}?)\s+[-–—]\s+(.+)$/u.exec(line) ?? [];
  // A dash stands in names too, so it makes a label only of what is one.
  const label = LABEL_OF_NAME.get(foldText(dashed));
  return label && labelled(label, rest);
}

/** An audit of which something is told is no number of one. */
function labelled(label: CaptionLabel | undefined, value: string): LabelledLine {
  const isTold = label === 'auditNumber' && !/\p{N}/u.test(value);
  return { label: isTold ? null : (label ?? null), value };
}
