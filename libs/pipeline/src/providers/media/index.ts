export * from './media';
export { FfmpegMedia } from './ffmpeg/ffmpeg-media';
export { findMediaPrograms, type MediaPrograms } from './ffmpeg/programs';
