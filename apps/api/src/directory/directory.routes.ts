import { BUILDING_TYPES } from '@voxpersona/domain';
import { z } from 'zod';
import { after, cursor, EXAMPLE, limit, moment, next, notModified, pendingAnswer } from '../contract/common';
import { AnswerSpec, defineRoute } from '../contract/route';

const tag = 'directory';

const used = {
  timesUsed: z.number().int().meta({ description: 'Recordings that name it.' }),
  lastUsedAt: moment,
};
const entityId = z.uuid().meta({ description: 'The same for all spellings.' });
const name = z.string().meta({ description: 'The newest spelling.' });

const place = z
  .object({
    ...{ id: entityId, name, city: z.string().nullable() },
    buildingType: z.enum(BUILDING_TYPES).nullable().meta({ description: 'As it was said last.' }),
    ...used,
  })
  .meta({ id: 'Place', description: 'A place that recordings name; another city is another place.' });

const role = z.enum(['employee', 'client']);
const person = z
  .object({ id: entityId, name, roles: z.array(role).min(1), ...used })
  .meta({ id: 'Person', description: 'Somebody whom recordings name.' });

const q = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .optional()
  .meta({ description: 'Part of the name, whatever its case and punctuation.', example: 'adlon' });

const page = (schema: z.ZodType, example: unknown): AnswerSpec => ({
  ...{ status: 200, description: 'A page; `next` is null on the last one.' },
  content: [{ type: 'application/json', schema, example }],
});

const { id, moment: lastUsedAt } = EXAMPLE;
const PLACE = { id, name: 'Adlon', city: 'Berlin', buildingType: 'hotel', timesUsed: 3, lastUsedAt };
const PERSON = { id, name: 'Ivan Petrov', roles: ['employee'], timesUsed: 3, lastUsedAt };

export const listPlaces = defineRoute({
  ...{ method: 'GET', path: '/v1/places', tag, operationId: 'listPlaces' },
  summary: 'Places that your recordings name, last used first.',
  description:
    'Spellings of one name in one city are one place. It goes with the last recording that names it.',
  query: z.strictObject({ q, limit, cursor, after }),
  answers: [
    page(z.object({ places: z.array(place), next }).meta({ id: 'PlacesPage' }), {
      ...{ places: [PLACE], next: null },
    }),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const listPeople = defineRoute({
  ...{ method: 'GET', path: '/v1/people', tag, operationId: 'listPeople' },
  summary: 'People whom your recordings name, last used first.',
  description: 'Spellings of one name are one person, who goes with the last recording that names them.',
  query: z.strictObject({
    q,
    role: role.optional().meta({ description: 'Only named as this.', example: 'employee' }),
    ...{ limit, cursor, after },
  }),
  answers: [
    page(z.object({ people: z.array(person), next }).meta({ id: 'PeoplePage' }), {
      ...{ people: [PERSON], next: null },
    }),
    pendingAnswer,
    notModified,
  ],
  problems: [],
});

export const DIRECTORY_ROUTES = [listPlaces, listPeople] as const;
