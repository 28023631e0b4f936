import { Problem } from '../http/problem';

const MAX_CHARACTERS = 255;

/**
 * A file's name as it is shown later; it is never part of a path.
 *
 * @throws Problem 400 for a name that tries to be a path or holds control characters
 */
export function checkedFileName(given: string | undefined): string {
  if (given === undefined || given.trim() === '') return 'recording';
  // macOS sends names decomposed: the same name must be the same characters.
  const name = given.normalize('NFC');
  const isPath = /[/\\]/.test(name) || name === '.' || name === '..';
  // eslint-disable-next-line no-control-regex -- control characters are just what is looked for
  if (isPath || /[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed()) {
    throw new Problem(
      'invalid-file-name',
      'Give the file a plain name, without folders and control characters.',
    );
  }
  return name.length > MAX_CHARACTERS ? name.slice(-MAX_CHARACTERS).toWellFormed() : name;
}
