/** Lines of section [MAIN] of a Tescan header: a picture of 1024 columns, 150 µm wide, with a bar of 119 rows. */
export const TESCAN_MAIN = `AccFrames=4
AccType=
Date=2023-03-27
Description=
Device=TESCAN AMBER
DeviceModel=S8202G
FullUserName=supervisor
ImageStripSize=119
Magnification=1873.77777778
PixelSizeX=0.000000146484375
PixelSizeY=0.000000146484375
SerialNumber=42
SoftwareVersion=TESCAN Essence Version 1.2.1.0, build 5762
Time=00:47:19
`;

/** Lines of section [SEM]. */
export const TESCAN_SEM = `AcceleratorVoltage=30000.0
ChamberPressure=0.0005
Detector=E-T
Detector0Gain=99.805
Detector0Offset=51.25
DwellTime=0.000032
EmissionCurrent=0.0000650000029
Gun=Schottky
HV=30000.0
InjectedGas=N2
PredictedBeamCurrent=0.0000000000197
ScanRotation=180.0
SpotSize=0.0000000086
StageRotation=90.0
StageTilt=-45.0
StageX=0.001939783
WD=0.05
`;

const KINDS = { thumbnail: 1, main: 2, sem: 3, fib: 5, end: 0 } as const;

export interface TescanBlock {
  kind: keyof typeof KINDS;
  content: string | Uint8Array;
}

/** Value of tag 50431: blocks of length (u32, the kind included), kind (u16) and content, as Gwyddion's tescan.c reads them. */
export function tescanTag(blocks: readonly TescanBlock[], order: 'little' | 'big' = 'little'): Uint8Array {
  const parts = [...blocks, { kind: 'end', content: '' } as const].flatMap(({ kind, content }) => {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : Buffer.from(content);
    const head = Buffer.alloc(6);
    if (order === 'little') {
      head.writeUInt32LE(bytes.length + 2, 0);
      head.writeUInt16LE(KINDS[kind], 4);
    } else {
      head.writeUInt32BE(bytes.length + 2, 0);
      head.writeUInt16BE(KINDS[kind], 4);
    }
    return [head, bytes];
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** The text of a `.hdr` file, with CRLF. */
export function tescanHdr(main = TESCAN_MAIN, sem = TESCAN_SEM): Uint8Array {
  return new Uint8Array(Buffer.from(`[MAIN]\n${main}\n[SEM]\n${sem}`.replaceAll('\n', '\r\n'), 'utf8'));
}
