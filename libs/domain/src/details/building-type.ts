import { BuildingType } from './detail-fields';
import { foldText } from './fold-text';

const NAMES: Readonly<Record<BuildingType, readonly string[]>> = {
  hotel: ['hotel', 'отель', 'гостиница'],
  restaurant: ['restaurant', 'ресторан'],
  'health-centre': [
    ...['health centre', 'health center', 'medical centre', 'medical center'],
    ...['центр здоровья', 'медицинский центр', 'медцентр'],
  ],
};

const TYPE_OF_NAME: ReadonlyMap<string, BuildingType> = new Map(
  (Object.entries(NAMES) as [BuildingType, readonly string[]][]).flatMap(([type, names]) =>
    names.map((name) => [foldText(name), type] as const),
  ),
);

/** The type that has this English or Russian name, whatever its case; undefined: none of ours. */
export function buildingTypeNamed(name: string): BuildingType | undefined {
  return TYPE_OF_NAME.get(foldText(name));
}
