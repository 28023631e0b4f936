export * from './media';
export type { Peaks } from './peaks';
export * from './recorded-timeline';
export { FfmpegMedia, type FfmpegMediaOptions } from './ffmpeg/ffmpeg-media';
export { findMediaPrograms, type MediaPrograms } from './ffmpeg/programs';
