import { FileHandle, open } from 'node:fs/promises';
import { VOICE_SAMPLE_RATE, VoiceActivity } from '../../voice-activity/voice-activity';
import { measureTrack } from '../listen';
import { AudioTrack, ChannelMix, Timeline, UnusableAudio } from '../media';
import { ChannelMeter } from './channel-mix';
import { ClockedPcm, DecodeRequest, FilePart } from './clocked-pcm';
import { cutFile } from './cut-files';
import { DeclaredLength, declaredLength } from './declared-length';
import { ffprobe, Probed, ProbedStream } from './ffprobe';
import { isLink } from './input-options';
import { joinedFiles, joinedMp4, joinedOgg } from './joined-files';
import { isCutOgg } from './ogg-pages';
import { Stretch } from '../../../stretch';
import { MediaPrograms } from './programs';
import { scanWav } from './wav-chunks';

/** Enough to measure loudness, phase and length by. */
const RATE = 8_000;
const MAX_TRACKS = 32;
const MIN_SECONDS = 0.1;
/** Decoded and declared lengths may differ by this much before the recording says so. */
const TOLERATED_SECONDS = 1;
/** Formats without timestamps: ffmpeg makes them up, and jumps where another bitrate begins. Only samples can be counted. */
const WITHOUT_TIMESTAMPS: ReadonlySet<string> = new Set(['mp3', 'aac', 'ac3', 'eac3', 'amr', 'gsm']);
/** A seek lands near its target, at an unknown distance. */
const INEXACT_SEEK: ReadonlySet<string> = new Set([...WITHOUT_TIMESTAMPS, 'avi']);
/** Their clock starts again within a recording, and their length is only the time of the last packet: it proves no step. */
const CLOCK_WRAPS: ReadonlySet<string> = new Set(['mpegts', 'mpeg']);
const WALL_SECONDS = 30 * 60;

export interface ExamineOptions {
  maxSeconds?: number | undefined;
  /** Chooses the track with the most speech; undefined: the one with the most sound. */
  voiceActivity: VoiceActivity | undefined;
  signal?: AbortSignal | undefined;
}

/** What a file holds, and how it is to be decoded. */
export interface Examination {
  container: string;
  stream: ProbedStream;
  tracks: AudioTrack[];
  parts: FilePart[];
  clock: Timeline['clock'];
  track: number;
  /** How the channels become one: of the file, or of the first of its parts, each of which has its own. */
  channelMix: ChannelMix;
  /** The most that any part has. */
  channelCount: number;
  /** All channels of the track carry the same sound. */
  identicalChannels: boolean;
  /** Times can be sought. */
  seekable: boolean;
  declaredEnd: number | null;
  /** End of the audio on the presentation clock. */
  durationSeconds: number;
  /** Where packets are missing inside the stream, and what is missing at its end. */
  gaps: Stretch[];
  endsEarly: { declaredSeconds: number | null } | null;
  longerThanDeclared: { declaredSeconds: number } | null;
}

/**
 * Decodes all audio of a file once to find out how long it is, which track holds the speech and how its channels go
 * together. Headers are only compared with that.
 *
 * @throws UnusableAudio, ProviderFailure
 */
export async function examine(
  programs: MediaPrograms,
  source: string,
  options: ExamineOptions,
): Promise<Examination> {
  const probed = await ffprobe(programs, source, options.signal);
  if (probed.audio.length === 0) {
    throw new UnusableAudio(
      'no_audio_stream',
      'The file holds no sound. Send an audio file or a video with sound.',
    );
  }
  const structure = await structureOf(source, probed);
  const declaredEnd = CLOCK_WRAPS.has(probed.container) ? null : (probed.duration ?? null);
  const clock = WITHOUT_TIMESTAMPS.has(probed.container) ? 'samples' : 'presentation';
  const decode = (track: number, change: Partial<DecodeRequest>): ClockedPcm =>
    new ClockedPcm(
      programs,
      {
        source,
        ...{ parts: structure.parts, track, mix: 'all', sampleRate: RATE, clock },
        ...{
          declaredEnd,
          maxSeconds: options.maxSeconds,
          wallSeconds: WALL_SECONDS,
        },
        ...change,
      },
      options.signal,
    );
  const heard = await hearTracks(probed, decode);
  const track = await chooseTrack(heard, structure.parts, decode, options);
  const { stream, pcm, heard: channels } = track;
  const parts = structure.parts.map((part, index) => withChannels(part, channels[index]));
  const declared = structure.declared ? structure.declared(track.index) : declaredLength(probed, stream);
  const length = lengthOf(pcm, declared, structure.isCut);
  return {
    ...{ container: probed.container, stream, parts, track: track.index, clock },
    ...mixOfParts(channels),
    tracks: probed.audio.map((one, index) => trackOf(one, index === track.index)),
    seekable: structure.parts.length === 0 && pcm.followsTimestamps && !INEXACT_SEEK.has(probed.container),
    declaredEnd,
    ...{ durationSeconds: pcm.endsAt, ...length, gaps: [...pcm.gaps, ...length.missing] },
  };
}

interface Structure {
  parts: FilePart[];
  /** Length of a track as the file's own header states it, null where it does not; undefined: ask ffprobe. */
  declared: ((track: number) => DeclaredLength | null) | undefined;
  /** Bytes are missing at the end of the file, whether or not it declares a length. */
  isCut: boolean;
}

async function structureOf(source: string, { container }: Probed): Promise<Structure> {
  const plain: Structure = { parts: [], declared: undefined, isCut: false };
  if (isLink(source)) return plain;
  const handle: FileHandle = await open(source, 'r');
  try {
    const { size } = await handle.stat();
    switch (container) {
      case 'wav':
        return { ...plain, ...(await structureOfWav(handle, size)) };
      case 'ogg':
        return { ...plain, parts: await joinedOgg(handle, size), isCut: await isCutOgg(handle, size) };
      case 'mov,mp4,m4a,3gp,3g2,mj2':
        return { ...plain, parts: await joinedMp4(handle, size) };
      default:
        return await structureOfOther(handle, size, container);
    }
  } finally {
    await handle.close();
  }
}

async function structureOfWav(handle: FileHandle, size: number): Promise<Omit<Structure, 'isCut'>> {
  const { parts, declaredSeconds } = await scanWav(handle, size);
  const declared: DeclaredLength | null =
    declaredSeconds === null ? null : { seconds: declaredSeconds, countedFrom: 'first sample' };
  return { parts, declared: () => declared };
}

async function structureOfOther(handle: FileHandle, size: number, container: string): Promise<Structure> {
  const parts = await joinedFiles(handle, size, container);
  const cut = await cutFile(handle, parts.at(-1) ?? { from: 0, to: size }, container);
  if (cut === 'whole') return { parts, declared: undefined, isCut: false };
  if (cut === 'unsized' || parts.length > 0) return { parts, declared: () => null, isCut: cut !== 'unsized' };
  const countedFrom = cut.isOfAllStreams ? 'zero of the clock' : 'first sample';
  const declared = (track: number): DeclaredLength | null => {
    const seconds = cut.trackSeconds[cut.isOfAllStreams ? 0 : track] ?? null;
    return seconds === null ? null : { seconds, countedFrom };
  };
  return { parts, declared, isCut: true };
}

interface HeardTrack {
  index: number;
  stream: ProbedStream;
  pcm: ClockedPcm;
  /** By part; one for a file that is one. Parts in which nothing was heard have none. */
  heard: HeardChannels[];
}

interface HeardChannels {
  channelMix: ChannelMix;
  count: number;
  areIdentical: boolean;
}

/** Decodes every track. One that cannot be decoded is left out, unless it is the only one. */
async function hearTracks(
  { audio }: Probed,
  decode: (track: number, change: Partial<DecodeRequest>) => ClockedPcm,
): Promise<HeardTrack[]> {
  const heard: HeardTrack[] = [];
  let fault: unknown;
  for (const [index, stream] of audio.slice(0, MAX_TRACKS).entries()) {
    const rate = stream.sample_rate ?? RATE;
    const pcm = decode(index, { sampleRate: Math.min(RATE, Math.max(1, rate)) });
    try {
      const channels = await hear(pcm);
      if (pcm.decodedSeconds > 0) heard.push({ index, stream, pcm, heard: channels });
    } catch (error) {
      if (!isOfTheFile(error)) throw error;
      fault = error;
    }
  }
  const longest = Math.max(0, ...heard.map(({ pcm }) => pcm.decodedSeconds));
  if (longest >= MIN_SECONDS) return heard;
  const broken = fault ?? heard.find(({ pcm }) => pcm.brokeOff);
  if (broken) {
    throw new UnusableAudio(
      'truncated',
      'Nothing in this file can be heard: it is cut off or damaged. Send it again.',
    );
  }
  throw new UnusableAudio('too_short', 'The sound is shorter than a tenth of a second.', longest);
}

async function hear(pcm: ClockedPcm): Promise<HeardChannels[]> {
  const heard: HeardChannels[] = [];
  let meter: ChannelMeter | undefined;
  let part = 0;
  const close = (): void => {
    if (!meter) return;
    heard[part] = { channelMix: meter.mix(), count: meter.channels, areIdentical: meter.areIdentical };
    meter = undefined;
  };
  for await (const bytes of pcm) {
    if (pcm.partIndex !== part) close();
    part = pcm.partIndex;
    meter ??= new ChannelMeter(pcm.channels);
    meter.add(bytes);
  }
  close();
  return heard;
}

function mixOfParts(
  parts: readonly (HeardChannels | undefined)[],
): Pick<Examination, 'channelMix' | 'channelCount' | 'identicalChannels'> {
  const heard = parts.filter((part) => part !== undefined);
  return {
    channelMix: heard[0]?.channelMix ?? { mix: [1] },
    channelCount: Math.max(1, ...heard.map(({ count }) => count)),
    identicalChannels:
      heard.length > 0 && heard.every(({ count, areIdentical }) => count === 1 || areIdentical),
  };
}

function withChannels(part: FilePart, heard: HeardChannels | undefined): FilePart {
  return heard ? { ...part, channels: heard.channelMix } : part;
}

function isOfTheFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'unreadable_media';
}

/** The one with the most speech; where none has any, with the most sound; of equals the first. */
async function chooseTrack(
  tracks: readonly HeardTrack[],
  parts: readonly FilePart[],
  decode: (track: number, change: Partial<DecodeRequest>) => ClockedPcm,
  { voiceActivity, signal }: ExamineOptions,
): Promise<HeardTrack> {
  const [first] = tracks;
  if (!first) throw new Error('There is no track to choose from');
  if (tracks.length === 1) return first;
  let best = { track: first, speechSeconds: -1, soundSeconds: -1 };
  for (const track of tracks) {
    const samples = decode(track.index, {
      ...mixOfParts(track.heard).channelMix,
      parts: parts.map((part, index) => withChannels(part, track.heard[index])),
      sampleRate: VOICE_SAMPLE_RATE,
    });
    const measured = await measureTrack(samples, voiceActivity, signal);
    const isBetter =
      measured.speechSeconds > best.speechSeconds ||
      (measured.speechSeconds === best.speechSeconds && measured.soundSeconds > best.soundSeconds);
    if (isBetter) best = { track, ...measured };
  }
  return best.track;
}

/** Compares what was decoded with what was declared. */
function lengthOf(
  pcm: ClockedPcm,
  declared: DeclaredLength | null,
  isCut: boolean,
): Pick<Examination, 'endsEarly' | 'longerThanDeclared'> & { missing: Stretch[] } {
  const { endsAt, leadSeconds } = pcm;
  const declaredSeconds = declared?.seconds ?? null;
  const begin = declared?.countedFrom === 'first sample' ? leadSeconds : 0;
  const difference = declaredSeconds === null ? 0 : begin + declaredSeconds - endsAt;
  if (difference > TOLERATED_SECONDS) {
    return {
      endsEarly: { declaredSeconds },
      longerThanDeclared: null,
      missing: [{ start: endsAt, end: endsAt + difference }],
    };
  }
  const isLonger = declaredSeconds !== null && difference < -TOLERATED_SECONDS;
  return {
    endsEarly: isCut || pcm.brokeOff !== undefined ? { declaredSeconds } : null,
    longerThanDeclared: isLonger ? { declaredSeconds } : null,
    missing: [],
  };
}

function trackOf({ codec_name, channels, tags }: ProbedStream, chosen: boolean): AudioTrack {
  return {
    codec: codec_name ?? 'unknown',
    channels: channels ?? 0,
    language: tags?.language ?? null,
    title: tags?.title ?? null,
    chosen,
  };
}
