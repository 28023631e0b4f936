import { everyWord, HearingCase } from '../hearing-case';

/** File name, options of the encoder, and how much the times of such a file may be off. */
type Format = readonly [name: string, options: string, timeError?: number];

/** Containers and codecs. What the second word after `-c:a` names is needed of ffmpeg. */
const FORMATS: readonly Format[] = [
  ['u8.wav', '-c:a pcm_u8'],
  ['s24.wav', '-c:a pcm_s24le'],
  ['s32.wav', '-c:a pcm_s32le'],
  ['f32.wav', '-c:a pcm_f32le'],
  ['f64.wav', '-c:a pcm_f64le'],
  ['mulaw.wav', '-c:a pcm_mulaw -ar 8000'],
  ['alaw.wav', '-c:a pcm_alaw -ar 8000'],
  ['adpcm-ms.wav', '-c:a adpcm_ms'],
  ['adpcm-ima.wav', '-c:a adpcm_ima_wav'],
  ['g726.wav', '-c:a g726 -ar 8000'],
  ['mp3.wav', '-c:a libmp3lame'],
  ['s16.aiff', '-c:a pcm_s16be'],
  ['s24.aiff', '-c:a pcm_s24be'],
  ['little.aifc', '-c:a pcm_s16le -f aiff'],
  ['s16.caf', '-c:a pcm_s16be'],
  ['alac.caf', '-c:a alac'],
  ['s16.w64', '-c:a pcm_s16le'],
  ['s16.rf64.wav', '-c:a pcm_s16le -rf64 always'],
  ['s16.au', '-c:a pcm_s16be'],
  ['mulaw.au', '-c:a pcm_mulaw -ar 8000'],
  ['s16.flac', '-c:a flac'],
  ['s24.flac', '-c:a flac -sample_fmt s32'],
  ['flac.ogg', '-c:a flac'],
  ['alac.m4a', '-c:a alac'],
  ['adts.aac', '-c:a aac', 0.5],
  ['aac.m4a', '-c:a aac'],
  ['fragmented.m4a', '-c:a aac -movflags +frag_keyframe+empty_moov'],
  ['aac.mov', '-c:a aac'],
  ['pcm.mov', '-c:a pcm_s16be'],
  ['ac3.mp4', '-c:a ac3'],
  ['mp3.mp4', '-c:a libmp3lame'],
  ['opus.mp4', '-c:a libopus -strict experimental'],
  ['flac.mp4', '-c:a flac -strict experimental'],
  ['nb.amr', '-c:a libopencore_amrnb -ar 8000 -b:a 12.2k'],
  ['nb.3gp', '-c:a libopencore_amrnb -ar 8000 -b:a 12.2k'],
  ['wb.3gp', '-c:a libvo_amrwbenc -ar 16000 -b:a 23.85k'],
  ['aac.3g2', '-c:a aac'],
  ['cbr-32.mp3', '-c:a libmp3lame -b:a 32k -ar 22050'],
  ['cbr-320.mp3', '-c:a libmp3lame -b:a 320k'],
  ['vbr.mp3', '-c:a libmp3lame -q:a 4'],
  ['no-header.mp3', '-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0', 0.5],
  ['layer-two.mp2', '-c:a mp2', 0.5],
  ['vorbis.ogg', '-c:a libvorbis'],
  ['opus-16k.opus', '-c:a libopus -b:a 16k'],
  ['speex.ogg', '-c:a libspeex -ar 16000'],
  ['opus.webm', '-c:a libopus'],
  ['vorbis.webm', '-c:a libvorbis'],
  ['pcm.mka', '-c:a pcm_s16le'],
  ['flac.mka', '-c:a flac'],
  ['ac3.mka', '-c:a ac3'],
  ['mp3.mkv', '-c:a libmp3lame'],
  ['aac.mkv', '-c:a aac'],
  ['opus.mkv', '-c:a libopus'],
  ['alac.mkv', '-c:a alac'],
  ['tta.mkv', '-c:a tta'],
  ['wavpack.mkv', '-c:a wavpack'],
  ['eac3.mkv', '-c:a eac3'],
  ['mp3.avi', '-c:a libmp3lame', 0.5],
  ['pcm.avi', '-c:a pcm_s16le', 0.5],
  ['ac3.avi', '-c:a ac3', 0.5],
  ['v1.wma', '-c:a wmav1 -ar 44100', 0.5],
  ['v2.wma', '-c:a wmav2 -ar 44100', 0.5],
  ['mp3.asf', '-c:a libmp3lame', 0.5],
  ['aac.ts', '-c:a aac', 0.5],
  ['mp2.ts', '-c:a mp2', 0.5],
  ['ac3.ts', '-c:a ac3', 0.5],
  ['mp2.mpg', '-c:a mp2 -f mpeg', 0.5],
  ['aac.flv', '-c:a aac', 0.5],
  ['mp3.flv', '-c:a libmp3lame -ar 44100', 0.5],
  ['nelly.flv', '-c:a nellymoser -ar 22050', 0.5],
  ['speex.flv', '-c:a libspeex -ar 16000', 0.5],
  ['plain.wv', '-c:a wavpack'],
  ['plain.tta', '-c:a tta'],
  ['plain.ac3', '-c:a ac3', 0.5],
  ['plain.eac3', '-c:a eac3', 0.5],
  ['plain.gsm', '-c:a libgsm -ar 8000', 0.5],
];

const RATES = [8_000, 11_025, 12_000, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000];

/** Speech is on the last channel alone; all others are silent. */
const CHANNELS = [2, 3, 4, 5, 6, 7, 8, 16];

function formatCase([name, options, timeError]: Format): HearingCase {
  const given = options.split(' ');
  const encoder = given[given.indexOf('-c:a') + 1] ?? '';
  return {
    name,
    encoder,
    make: (studio) => studio.encode(name, ...given),
    expect: everyWord(timeError),
  };
}

function channelCase(channels: number, name: string, options: string): HearingCase {
  const silentOnes = Array.from({ length: channels - 1 }, () => '0*c0');
  const pan = `pan=${channels}c|${[...silentOnes, '1*c0'].map((gain, at) => `c${at}=${gain}`).join('|')}`;
  return {
    name: `${name}, speech on the last of ${channels} channels`,
    make: (studio) => studio.encode(name, '-af', pan, ...options.split(' ')),
    expect: everyWord(),
  };
}

/** Every kind of file that a phone, a recorder or a meeting leaves behind. */
export const FORMAT_CASES: readonly HearingCase[] = [
  ...FORMATS.map(formatCase),
  ...RATES.map((rate) => formatCase([`${rate} Hz.flac`, `-c:a flac -ar ${rate}`])),
  ...CHANNELS.map((channels) => channelCase(channels, `${channels}.wav`, '-c:a pcm_s16le')),
  channelCase(6, '6.flac', '-c:a flac'),
  channelCase(8, '8.ogg', '-c:a libvorbis'),
];
