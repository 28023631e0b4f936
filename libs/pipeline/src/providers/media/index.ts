export * from './media';
export * from './merge-chunks';
export { measureTrack } from './listen';
export { FfmpegMedia } from './ffmpeg/ffmpeg-media';
export { findMediaPrograms, type MediaPrograms } from './ffmpeg/programs';
