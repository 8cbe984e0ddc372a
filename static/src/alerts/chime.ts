// Two short tones, made here: falling for an accident, level for a jam.

import type { EventType } from '../model';

const TONE_S = 0.16;
const LOUDNESS = 0.12;

let context: AudioContext | null = null;

export function chime(type: EventType): void {
  if (!('AudioContext' in window)) return;
  context ??= new AudioContext();
  void context.resume();
  const tones = type === 'accident' ? [880, 587] : [523, 523];
  tones.forEach((hertz, at) => {
    tone(context as AudioContext, hertz, at * (TONE_S + 0.05));
  });
}

function tone(audio: AudioContext, hertz: number, after: number): void {
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
  const start = audio.currentTime + after;
  oscillator.frequency.value = hertz;
  // Without a slope it clicks.
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  gain.gain.linearRampToValueAtTime(0, start + TONE_S);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + TONE_S);
}
