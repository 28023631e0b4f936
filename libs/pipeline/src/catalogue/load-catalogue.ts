import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalogue, parseCatalogue, ReportTypeFiles } from './catalogue';

/**
 * Reads `<folder>/reports/<id>/report.json` and the prompts beside it.
 *
 * @throws CatalogueInvalid
 */
export async function loadCatalogue(folder: string): Promise<Catalogue> {
  const reports = join(folder, 'reports');
  const entries = await readdir(reports, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return parseCatalogue(
    await Promise.all(names.sort().map((name) => readReportType(join(reports, name), name))),
  );
}

async function readReportType(path: string, folder: string): Promise<ReportTypeFiles> {
  const files = await readdir(path);
  const prompts = files.filter((file) => file.endsWith('.md'));
  const contents = await Promise.all(prompts.map((file) => readFile(join(path, file), 'utf8')));
  return {
    folder,
    definition: files.includes('report.json') ? await readFile(join(path, 'report.json'), 'utf8') : '',
    prompts: new Map(prompts.map((file, index) => [file, contents[index] ?? ''])),
  };
}
