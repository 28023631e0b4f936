import { Scenario } from '../shared/values';
import { foldText } from './fold-text';

const NAMES: Readonly<Record<Scenario, readonly string[]>> = {
  interview: ['interview', 'интервью'],
  'design-audit': ['design audit', 'дизайн аудит', 'аудит дизайна'],
  note: ['note', 'заметка'],
};

const SCENARIO_OF_NAME: ReadonlyMap<string, Scenario> = new Map(
  (Object.entries(NAMES) as [Scenario, readonly string[]][]).flatMap(([scenario, names]) =>
    names.map((name) => [foldText(name), scenario] as const),
  ),
);

/** The scenario that has this English or Russian name, whatever its case; undefined: none of ours. */
export function scenarioNamed(name: string): Scenario | undefined {
  return SCENARIO_OF_NAME.get(foldText(name));
}
