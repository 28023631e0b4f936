import { Controller, Param, Req } from '@nestjs/common';
import { Generation, Generations } from '@voxpersona/projections';
import { Request } from 'express';
import { Handles } from '../contract/handles';
import { OperatorAccess } from './operator-access';
import {
  acceptProjection,
  cancelProjection,
  listProjections,
  pauseProjection,
  rebuildProjection,
  resumeProjection,
  rollbackProjection,
} from './operator.routes';

@Controller()
export class ProjectionsController {
  constructor(
    private readonly access: OperatorAccess,
    private readonly generations: Generations,
  ) {}

  @Handles(listProjections)
  async list(@Req() request: Request): Promise<object> {
    this.access.admit(request);
    return { projections: await this.generations.status() };
  }

  @Handles(rebuildProjection)
  rebuild(@Req() request: Request, @Param('name') name: string): Promise<Generation> {
    this.access.admit(request);
    return this.generations.rebuild(name);
  }

  @Handles(rollbackProjection)
  rollBack(@Req() request: Request, @Param('name') name: string): Promise<Generation> {
    this.access.admit(request);
    return this.generations.rollBack(name);
  }

  @Handles(pauseProjection)
  pause(@Req() request: Request, @Param('name') name: string): Promise<Generation> {
    this.access.admit(request);
    return this.generations.pause(name);
  }

  @Handles(resumeProjection)
  resume(@Req() request: Request, @Param('name') name: string): Promise<Generation> {
    this.access.admit(request);
    return this.generations.resume(name);
  }

  @Handles(acceptProjection)
  accept(@Req() request: Request, @Param('name') name: string): Promise<Generation> {
    this.access.admit(request);
    return this.generations.accept(name);
  }

  @Handles(cancelProjection)
  async cancel(@Req() request: Request, @Param('name') name: string): Promise<void> {
    this.access.admit(request);
    await this.generations.cancel(name);
  }
}
