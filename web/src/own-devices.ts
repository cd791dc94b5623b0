/** What the person does with the own devices in a call: done at once, told to the server, remembered, and said aloud. */

import type { DeviceKind, NoticeCode } from './call-types.js';
import type { LocalMedia } from './media/local-media.js';
import type { MediaLink } from './media/media-link.js';
import type { Sound } from './media/sound.js';
import { writeSignLanguage, type Memory, type Shelf } from './memory.js';
import type { Reports } from './reports.js';
import type { SourceMirror } from './source-mirror.js';

interface Parts {
  readonly local: LocalMedia;
  readonly media: MediaLink;
  readonly sound: Sound;
  readonly memory: Memory;
  readonly mirror: SourceMirror;
  readonly reports: Reports;
  readonly say: (code: NoticeCode) => void;
  readonly shelf: Shelf | null;
}

export class OwnDevices {
  constructor(private readonly parts: Parts) {}

  async chooseDevice(kind: DeviceKind, deviceId: string): Promise<void> {
    if (kind === 'speaker') await this.parts.sound.choose(deviceId);
    await this.parts.local.choose(kind, deviceId);
  }

  async setMicrophone(on: boolean): Promise<void> {
    const { local, memory, mirror, reports, say } = this.parts;
    memory.update({ microphoneOn: on });
    if (on && !mirror.mayUnmute) {
      say('mayNotUnmute');
      return;
    }
    const done = local.setMicrophone(on);
    // Muting is told before anything else; unmuting may have to wait for a device.
    reports.tellSources();
    await done;
    reports.tellSources();
    say(local.state.microphone.on ? 'microphoneOn' : 'microphoneOff');
  }

  async setCamera(on: boolean): Promise<void> {
    const { local, memory, say } = this.parts;
    memory.update({ cameraOn: on });
    await local.setCamera(on);
    say(local.state.camera.on ? 'cameraOn' : 'cameraOff');
  }

  setSignLanguage(isUsed: boolean): void {
    const { local, media, reports, shelf } = this.parts;
    writeSignLanguage(shelf, isUsed);
    local.setSignLanguage(isUsed);
    media.setFluent(isUsed);
    reports.tellSources();
  }

  async setOriginalSound(isUsed: boolean): Promise<void> {
    await this.parts.local.setOriginalSound(isUsed);
    this.parts.reports.tellSources();
  }
}
