export * from './media';
export * from './recorded-timeline';
export { measureTrack } from './listen';
export { FfmpegMedia, type FfmpegMediaOptions } from './ffmpeg/ffmpeg-media';
export { findMediaPrograms, type MediaPrograms } from './ffmpeg/programs';
