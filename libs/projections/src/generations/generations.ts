import { readCheckpoint } from '@voxpersona/event-store';
import { inTransaction } from '@voxpersona/platform';
import { Pool, PoolClient } from 'pg';
import { PROJECTION_NAMES, ProjectionName, READ_MODELS } from '../read-models';
import { beginGeneration } from './begin-generation';
import { announceGenerations, BuildPhase, checkpointName, Generation, listGenerations } from './generation';
import { listParkedEvents, ParkedEvent } from './parked-events';
import { dropGeneration, forgetGeneration } from './tables';

export type GenerationRefusalCode =
  | 'projection_not_found'
  | 'rebuild_running'
  | 'no_rebuild'
  | 'not_now'
  | 'generation_gone'
  | 'generation_of_another_build';

/** What was asked of a projection cannot be done; nothing was changed. */
export class GenerationRefused extends Error {
  constructor(
    readonly code: GenerationRefusalCode,
    message: string,
  ) {
    super(message);
    this.name = 'GenerationRefused';
  }
}

export interface ProjectionStatus {
  name: ProjectionName;
  /** Digits; null where each process has its own. */
  position: string | null;
  generations: Generation[];
  parked: ParkedEvent[];
}

/** What operators ask of projections. Workers carry it out, whichever process was asked. */
export class Generations {
  constructor(private readonly pool: Pool) {}

  async status(): Promise<ProjectionStatus[]> {
    const [generations, parked] = await Promise.all([
      listGenerations(this.pool),
      listParkedEvents(this.pool),
    ]);
    return Promise.all(
      PROJECTION_NAMES.map(async (name) => {
        const own = generations.filter(({ projection }) => projection === name);
        const active = own.find(({ state }) => state === 'active')?.generation ?? 1;
        const checkpoint = await readCheckpoint(this.pool, checkpointName(name, active));
        return {
          name,
          position: checkpoint?.position.toString() ?? null,
          generations: own,
          parked: parked.filter(({ projection }) => projection === name),
        };
      }),
    );
  }

  /** Begins a new generation beside the one that serves. @throws GenerationRefused */
  rebuild(name: string): Promise<Generation> {
    return this.change(name, async (projection, generations, transaction) => {
      const active = this.withoutBuilding(projection, generations);
      const { version, embedder } = active;
      const model = READ_MODELS.find((one) => one.name === projection);
      const begun = { version: model?.version ?? version, reason: 'requested', embedder } as const;
      return beginGeneration(model ?? { name: projection }, begun, transaction);
    });
  }

  /** Lets the generation before serve again, once it has caught up. @throws GenerationRefused */
  rollBack(name: string): Promise<Generation> {
    return this.change(name, async (projection, generations, transaction) => {
      const active = this.withoutBuilding(projection, generations);
      const before = generations.findLast(({ state }) => state === 'retired');
      if (!before) {
        throw new GenerationRefused(
          'generation_gone',
          `${projection} has no generation before ${active.generation} to go back to. Rebuild it instead.`,
        );
      }
      const isOurs =
        before.version === active.version &&
        JSON.stringify(before.embedder) === JSON.stringify(active.embedder);
      if (!isOurs) {
        throw new GenerationRefused(
          'generation_of_another_build',
          `Generation ${before.generation} was made by ${
            before.embedder
              ? 'another embedder: configure that one'
              : `version ${before.version}: start that build`
          }, and it goes back by itself.`,
        );
      }
      await this.set(transaction, before, "state = 'building', phase = 'reading', reason = 'rollback'");
      return before.generation;
    });
  }

  /** @throws GenerationRefused */
  pause(name: string): Promise<Generation> {
    return this.enter(name, ['reading'], 'paused');
  }

  /** Goes on with what was paused, or with what failed. @throws GenerationRefused */
  resume(name: string): Promise<Generation> {
    return this.enter(name, ['paused', 'failed'], 'reading');
  }

  /** Lets the next generation serve although it differs from the one that does. @throws GenerationRefused */
  accept(name: string): Promise<Generation> {
    return this.enter(name, ['differs'], 'accepted');
  }

  /** Throws the next generation away; one that was gone back to stays as it was. @throws GenerationRefused */
  async cancel(name: string): Promise<void> {
    await this.change(name, async (projection, generations, transaction) => {
      const building = buildingOf(projection, generations);
      const { generation, reason } = building;
      if (reason === 'rollback') {
        await this.set(transaction, building, "state = 'retired'");
        return generation;
      }
      const model = READ_MODELS.find((one) => one.name === projection);
      if (reason === 'version' || reason === 'embedder') {
        throw new GenerationRefused(
          'not_now',
          `This generation is needed by the build, or the embedder, that runs; it would be begun again at once.`,
        );
      }
      if (model) await dropGeneration(model, generation, transaction);
      else await forgetGeneration(projection, generation, transaction);
      return generation;
    });
  }

  /** Keeps the generation before for longer than a day, or no longer. @throws GenerationRefused */
  pin(name: string, pinned: boolean): Promise<Generation> {
    return this.change(name, async (projection, generations, transaction) => {
      const before = generations.findLast(({ state }) => state === 'retired');
      if (!before) {
        throw new GenerationRefused(
          'generation_gone',
          `${projection} has no generation before the one that serves.`,
        );
      }
      await this.set(transaction, before, 'pinned = $3', pinned);
      return before.generation;
    });
  }

  private enter(name: string, from: readonly BuildPhase[], to: BuildPhase): Promise<Generation> {
    return this.change(name, async (projection, generations, transaction) => {
      const building = buildingOf(projection, generations);
      if (!from.includes(building.phase)) {
        throw new GenerationRefused(
          'not_now',
          `Generation ${building.generation} of ${projection} is ${building.phase}; it would have to be ${from.join(' or ')}.`,
        );
      }
      await this.set(transaction, building, 'phase = $3, problem = NULL', to);
      return building.generation;
    });
  }

  private withoutBuilding(projection: string, generations: readonly Generation[]): Generation {
    const building = generations.find(({ state }) => state === 'building');
    if (building) {
      throw new GenerationRefused(
        'rebuild_running',
        `Generation ${building.generation} of ${projection} is being built (${building.phase}). Wait for it, or cancel it.`,
      );
    }
    const active = generations.find(({ state }) => state === 'active');
    if (!active) {
      throw new GenerationRefused('not_now', `${projection} has never been built. Start a server first.`);
    }
    return active;
  }

  /** One change at a time of one projection; tells everybody, and gives the generation as it is then. */
  private async change(
    name: string,
    how: (
      projection: ProjectionName,
      generations: readonly Generation[],
      transaction: PoolClient,
    ) => Promise<number>,
  ): Promise<Generation> {
    const projection = PROJECTION_NAMES.find((known) => known === name);
    if (!projection) {
      throw new GenerationRefused(
        'projection_not_found',
        `There is no projection ${name}. Projections are: ${PROJECTION_NAMES.join(', ')}.`,
      );
    }
    return inTransaction(this.pool, async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`generations of ${projection}`]);
      const generations = await listGenerations(transaction, projection);
      const number = await how(projection, generations, transaction);
      await announceGenerations(transaction);
      const after = await listGenerations(transaction, projection);
      const [last] = [...after, ...generations].filter(({ generation }) => generation === number);
      if (!last) throw new Error(`Generation ${number} of ${projection} was not made`);
      return last;
    });
  }

  private async set(
    transaction: PoolClient,
    { projection, generation }: Generation,
    change: string,
    ...values: (string | boolean)[]
  ): Promise<void> {
    await transaction.query(
      `UPDATE projection_generations SET ${change} WHERE projection = $1 AND generation = $2`,
      [projection, generation, ...values],
    );
  }
}

function buildingOf(projection: string, generations: readonly Generation[]): Generation {
  const building = generations.find(({ state }) => state === 'building');
  if (!building) throw new GenerationRefused('no_rebuild', `No generation of ${projection} is being built.`);
  return building;
}
