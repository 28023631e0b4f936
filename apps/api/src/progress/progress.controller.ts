import { Position } from '@voxpersona/event-store';
import { Controller, Param, Query, Req, Res } from '@nestjs/common';
import { Identified } from '@voxpersona/domain';
import { Request, Response } from 'express';
import { Caller } from '../auth/caller';
import { KeyCheck } from '../auth/key-check';
import { PUBLIC, rightsOf } from '../auth/route-rights';
import { Handles } from '../contract/handles';
import { routeName, RouteSpec } from '../contract/route';
import { validateQuery } from '../http/validate';
import { RecordingFinder } from '../recordings/recording-finder';
import { OpenStreams } from './open-streams';
import { ProgressFeed } from './progress-feed';
import { followRecording, followWorkspace } from './progress.routes';
import { RecordingProgress } from './recording-progress';
import { ServerSentEvents } from './server-sent-events';

@Controller()
export class ProgressController {
  constructor(
    private readonly feed: ProgressFeed,
    private readonly streams: OpenStreams,
    private readonly keys: KeyCheck,
    private readonly recordings: RecordingFinder,
  ) {}

  @Handles(followRecording)
  async recording(
    @Caller() caller: Identified,
    @Param('id') id: string,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    validateQuery(followRecording.query, query);
    const { id: recordingId } = await this.recordings.present(caller.ownerId, id);
    const seen = await this.feed.positionOf(request.get('last-event-id'));
    const head = await this.feed.head();
    const progress = new RecordingProgress();
    const history = (await this.feed.history(recordingId, head)).map((event) => ({
      position: event.position,
      data: progress.take(event),
    }));
    const unseen = history.filter(({ position }) => seen === undefined || position > seen);
    if (progress.isOver && unseen.length === 0) {
      response.status(204).end();
      return;
    }
    await this.stream(followRecording, caller, request, response, async (client) => {
      for (const { position, data } of unseen) {
        if (data) await client.send({ id: await this.feed.idOf(position), event: 'progress', data });
      }
      const after = seen !== undefined && seen > head ? seen : head;
      if (!progress.isOver) await this.live(recordingId, after, progress, client);
      await client.send({ event: 'end', data: { recordingId } });
    });
  }

  @Handles(followWorkspace)
  async workspace(
    @Caller() caller: Identified,
    @Query() query: unknown,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    validateQuery(followWorkspace.query, query);
    const after = (await this.feed.positionOf(request.get('last-event-id'))) ?? (await this.feed.head());
    await this.stream(followWorkspace, caller, request, response, async (client) => {
      for await (const event of this.feed.ofWorkspace(caller.ownerId, after, client.signal)) {
        const { recordingId, reportId } = event.data as { recordingId: string; reportId?: string | null };
        const of = { recordingId, ...(typeof reportId === 'string' && { reportId }) };
        const data = { ...of, type: event.type, at: event.metadata.recordedAt };
        await client.send({ id: await this.feed.idOf(event.position), event: 'progress', data });
      }
    });
  }

  private async live(
    recordingId: string,
    after: Position,
    progress: RecordingProgress,
    client: ServerSentEvents,
  ): Promise<void> {
    for await (const event of this.feed.ofRecording(recordingId, after, client.signal)) {
      const data = progress.take(event);
      if (data) await client.send({ id: await this.feed.idOf(event.position), event: 'progress', data });
      if (progress.isOver) return;
    }
  }

  /** Opens the stream, lets `tell` fill it, and ends it: also when the server stops or the key is no longer good. */
  private async stream(
    route: RouteSpec,
    caller: Identified,
    request: Request,
    response: Response,
    tell: (client: ServerSentEvents) => Promise<void>,
  ): Promise<void> {
    const close = this.streams.open(caller.keyId);
    const client = new ServerSentEvents(response, () => this.mayListen(route, request));
    const stop = (): void => client.end();
    this.streams.signal.addEventListener('abort', stop, { once: true });
    try {
      await tell(client);
    } finally {
      this.streams.signal.removeEventListener('abort', stop);
      client.end();
      close();
    }
  }

  private async mayListen(route: RouteSpec, request: Request): Promise<boolean> {
    const rights = rightsOf(routeName(route));
    if (rights === PUBLIC) return true;
    return (await this.keys.check(request.get('authorization'), rights)).kind === 'allowed';
  }
}
