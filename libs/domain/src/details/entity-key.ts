import { deriveId } from '../shared/ids';
import { foldText } from './fold-text';

/**
 * What makes two spellings one place, or one person: the same key. A city belongs to a place: houses of one chain share a
 * name. A place of which no city was said is not taken to be any of those that have one.
 */
export function entityKey(kind: 'place' | 'person', name: string, city?: string): string {
  const keys = kind === 'place' && city !== undefined ? [name, city] : [name];
  return keys.map(keyOf).join('\n');
}

/** A name of punctuation alone is still a name of its own. */
function keyOf(name: string): string {
  return foldText(name) || name.normalize('NFKC').trim();
}

/** Id of a place of a workspace. @param city null: not said */
export function placeIdOf(owner: string, name: string, city: string | null): string {
  return deriveId('place', owner, entityKey('place', name, city ?? undefined));
}

/** Id of a person in a workspace, whatever they do there. */
export function personIdOf(owner: string, name: string): string {
  return deriveId('person', owner, entityKey('person', name));
}
