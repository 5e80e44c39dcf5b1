import type { HarvestInput } from '../../../../src/metadata/harvest-types.ts';
import { readerInto } from '../../../../src/pipeline/tiff-facts.ts';
import { atlasXml, omeXml, phenomXml, tfsXml } from '../../../builders/header-xml.ts';
import { SIS_BLOCK_AT, sisFile } from '../../../builders/sis-block.ts';
import { TESCAN_MAIN, TESCAN_SEM, tescanHdr, tescanTag } from '../../../builders/tescan-header.ts';
import { latin1, sidecarInput, tagInput } from '../harvest-input.ts';

const FEI = `[User]
User=somebody
UserText=Ni
Date=02/13/2020
Time=08:08:14 PM
[System]
SystemType=Helios
Dnumber=D1
Software=5.0
Source=FEG
Column=Elstar
[Beam]
Beam=EBeam
Scan=EScan
Spot=3
[EBeam]
HV=5000
WD=0.004
HFW=0.0002
VFW=0.0001
BeamCurrent=1e-10
EmissionCurrent=1e-4
ApertureDiameter=3e-5
ScanRotation=0.5
TiltCorrectionIsOn=yes
TiltCorrectionAngle=0.1
PreTilt=0.2
DynamicFocusIsOn=no
StigmatorX=0.1
StigmatorY=0.2
[EScan]
PixelWidth=1.3e-7
PixelHeight=1.3e-7
Dwell=1e-6
FrameTime=2
LineTime=0.002
[EBeamDeceleration]
LandingEnergy=1000
StageBias=4000
ModeOn=On
[Stage]
StageX=0.001
StageY=0.002
StageZ=0.003
StageR=0.1
StageT=0.2
[Image]
ResolutionX=1536
ResolutionY=1024
MagCanvasRealWidth=0.2
Average=4
Integrate=2
[Detectors]
Name=ETD
Mode=SE
[ETD]
Grid=250
Brightness=40
Contrast=60
[Vacuum]
ChPressure=1e-4
UserMode=High vacuum
Gas=Air
[Specimen]
SpecimenCurrent=1e-9
Temperature=290
[PrivateFei]
DatabarHeight=79
`;

const ZEISS: readonly (readonly [key: string, line: string])[] = [
  ['AP_ACTUALKV', 'EHT = 5.00 kV'],
  ['AP_LANDING_ENERGY', 'Landing Energy = 1.0 keV'],
  ['AP_STAGE_BIAS_VOLTAGE_HIGH', 'Stage Bias = 4.0 kV'],
  ['DP_STAGE_BIAS_HIGH', 'Stage Bias = On'],
  ['AP_WD', 'WD = 5.0 mm'],
  ['AP_MAG', 'Mag = 10.00 K X'],
  ['AP_WIDTH', 'Width = 30.0 µm'],
  ['AP_HEIGHT', 'Height = 22.5 µm'],
  ['AP_IMAGE_PIXEL_SIZE', 'Image Pixel Size = 29.3 nm'],
  ['AP_IPROBE', 'I Probe = 100 pA'],
  ['AP_EXTCURRENT', 'Extractor I = 200 µA'],
  ['AP_ACTUALCURRENT', 'Fil I = 2.3 A'],
  ['AP_SCM', 'Specimen I = 10 fA'],
  ['AP_SPOTSIZE', 'Spot Size = 400'],
  ['AP_APERTURESIZE', 'Aperture Size = 30.00 µm'],
  ['DP_DWELL_TIME', 'Dwell Time = 100 ns'],
  ['AP_FRAME_TIME', 'Cycle Time = 5.2 Secs'],
  ['AP_LINE_TIME', 'Line Time = 1.2 ms'],
  ['DP_SCANRATE', 'Scan Speed = 7'],
  ['DP_NOISE_REDUCTION', 'Noise Reduction = Frame Avg'],
  ['AP_NR_COEFF', 'N = 4'],
  ['AP_SCANROTATION', 'Scan Rotation = 1.0 °'],
  ['AP_STAGE_AT_X', 'Stage at X = 1.0 mm'],
  ['AP_STAGE_AT_Y', 'Stage at Y = 2.0 mm'],
  ['AP_STAGE_AT_Z', 'Stage at Z = 3.0 mm'],
  ['AP_STAGE_AT_R', 'Stage at R = 4.0 °'],
  ['AP_STAGE_AT_T', 'Stage at T = 5.0 °'],
  ['DP_TILT_CORRECTION', 'Tilt Corrn. = On'],
  ['AP_TILT_ANGLE', 'Tilt Angle = 36.0 °'],
  ['DP_DYNFOCUS', 'Dyn.Focus = Off'],
  ['AP_STIG_X', 'Stigmation X = 1.0 %'],
  ['AP_STIG_Y', 'Stigmation Y = 2.0 %'],
  ['DP_DETECTOR_CHANNEL', 'Signal A = InLens'],
  ['DP_MIXING', 'Mixing = On'],
  ['AP_COLLECTOR_BIAS', 'Collector Bias = 300 V'],
  ['AP_BRIGHTNESS', 'Brightness = 49.0 %'],
  ['AP_CONTRAST', 'Contrast = 30.0 %'],
  ['AP_SYSTEM_VAC', 'System Vacuum = 1.0e-006 mbar'],
  ['AP_COLUMN_VAC', 'Gun Vacuum = 1.0e-009 mbar'],
  ['DP_SEM', 'SEM = Auriga'],
  ['SV_SERIAL_NUMBER', 'Serial No. = Auriga-39-01'],
  ['SV_VERSION', 'Version = V05.07'],
  ['DP_FILAMENT_TYPE', 'Gun = Schottky'],
  ['DP_COLUMN_TYPE', 'Column = Gemini'],
  ['SV_OPERATOR', 'Operator = somebody'],
  ['SV_USER_TEXT', 'User Text = Ni'],
  ['SV_SAMPLE_ID', 'Sample ID = 7'],
  ['SV_FILE_NAME', 'File Name = a.tif'],
  ['SV_IMAGE_TYPE', 'Image Type = EM'],
  ['DP_IMAGE_STORE', 'Store resolution = 1024 * 768'],
  ['AP_DATE', 'Date :24 Mar 2017'],
  ['AP_TIME', 'Time :12:40:39'],
];

const HITACHI = `[SemImageFile]
InstructName=SU8000
SerialNumber=1
SemVersion=2.0
Date=2019/03/12
Time=10:11:12
DataSize=1280x960
PixelSize=99.2
SignalName=SE(U)
AcceleratingVoltage=10000 Volt
DecelerationVoltage=0 Volt
Magnification=1000
WorkingDistance=8100 um
EmissionCurrent=10000 nA
FilamentCurrent=2 A
ScanSpeed=Slow3
StagePositionX=1000
StagePositionY=2000
StagePositionZ=3000
StagePositionR=1
StagePositionT=2
Vacuum=High
SampleName=Ni
ImageName=a
UserName=me
Comment=dust
`;

const PHILIPS = `[DatabarData]
flAccV = 30000.000
flSpot = 4.016
flMagn = 0.0925
lDetName = 0
flWD = 11.297
lScanSpeed = 3
szUserText = Ni
ImageName = a.tif
iImageType = 0
[ImageDevice]
SizeY = 185.0
RatioXY = 1.333
[Vector]
Magnification = 1000.0
ScanRotation = 180.0
StigmatorX = 35.6
StigmatorY = 35.6
`;

const JEOL = `$SEM_DATA_VERSION 1
$CM_ACCEL_VOLT 1.00
$SM_GB_BIAS_VOLT 2.00
$$SM_WD 2.77
$CM_MAG 50000
$SM_EMI_CURRENT 46.20
$$SM_PROBE_CURRENT 1.64e-008
$$SM_PROBE_NO 6
$$SM_OL_APERTURE 9
$$CM_SCAN_SPEED 9
$$CM_PROCESS_TIME 32.00
$$SM_INTEG_NO 1
$$SM_SCAN_ROTATION 90.00
$CM_SIGNAL SEI
$CM_STAGE_POS -0.169 1.289 7.4 360.0 -45.0 0
$SM_PENNING_VAC 9.634e-005
$SM_VACUUM_MODE_FOR_SPECIMEN_CHAMBER 0
$CM_INSTRUMENT 7600F
$CM_VERSION 1.0
$CM_OPERATOR Somebody
$CM_TITLE etched
$CM_COMMENT dust
$CM_DATE 2010/10/01
$CM_TIME 08:44:19
$$SM_MICRON_BAR 53
$$SM_MICRON_MARKER 100nm
$CM_FULL_SIZE 1280 960
`;

const TESCAN_MORE_MAIN = `${TESCAN_MAIN.replace('Description=', 'Description=dust')}OrigFileName=a.tif\n`;
const TESCAN_MORE_SEM = `${TESCAN_SEM}ApertureDiameter=0.00003
SampleVoltage=0.0
ScanSpeed=5
SpecimenCurrent=0.000000001
StageY=0.001
StageZ=0.002
StigmatorX=0.1
StigmatorY=0.2
TiltCorrection=0.0
`;
const TESCAN_IMAGE = { widthPx: 1024, heightPx: 887 };

function tagsInput(tags: HarvestInput['tags'], change: Partial<HarvestInput> = {}): HarvestInput {
  return { fileName: 'picture.tif', tags, sidecars: [], image: { widthPx: 640, heightPx: 480 }, ...change };
}

function describedInput(imageDescription: string): HarvestInput {
  const resolution = { xPerUnit: 5.5, yPerUnit: 5.5, unit: 'none' } as const;
  const description = { place: 'tiff:270', tag: 270, bytes: new TextEncoder().encode(imageDescription) };
  return tagsInput([description], { tiffText: { imageDescription, resolution } });
}

const ATLAS_ITEMS = '<item name="BeamI">1.5</item><item name="Ext I">';
const ATLAS_END = `<DetectorInfo><item name="Collector">=500.0 V</item></DetectorInfo>
<ATLAS3D><Stack><Name>a</Name></Stack></ATLAS3D></Fibics>`;

/** Headers of each form that together state every term that its reader knows of. */
export const WHOLE_HEADERS: Readonly<Record<string, readonly HarvestInput[]>> = {
  fei: [tagInput(34_682, FEI)],
  tfs: ['Integrate', 'Average', 'DriftCorrected'].map((filter) =>
    tagInput(34_683, tfsXml(['>Integrate<', `>${filter}<`]), { image: { widthPx: 1536, heightPx: 1024 } }),
  ),
  philips: [tagInput(34_680, PHILIPS, { image: { widthPx: 1424, heightPx: 968 } })],
  zeiss: [tagInput(34_118, `0\n0\n0\n1e-8\n${ZEISS.flat().join('\n')}\n`)],
  atlas: [tagInput(51_023, atlasXml(['<item name="Ext I">', ATLAS_ITEMS], ['</Fibics>', ATLAS_END]))],
  phenom: [tagInput(34_683, phenomXml(['</time>', '</time><currentUser>somebody</currentUser>']))],
  tescan: [
    tagsInput(
      [
        {
          place: 'tiff:50431',
          tag: 50_431,
          bytes: tescanTag([
            { kind: 'main', content: TESCAN_MORE_MAIN },
            { kind: 'sem', content: TESCAN_MORE_SEM },
          ]),
        },
      ],
      { image: TESCAN_IMAGE },
    ),
  ],
  'tescan-hdr': [sidecarInput(tescanHdr(TESCAN_MORE_MAIN, TESCAN_MORE_SEM), { image: TESCAN_IMAGE })],
  hitachi: [sidecarInput(latin1(HITACHI))],
  // The field is stated of a picture that was scaled.
  jeol: [sidecarInput(latin1(JEOL), { image: { widthPx: 640, heightPx: 480 } })],
  ome: [
    describedInput(
      omeXml(
        ['Z="3"', 'Z="3" ZUnit="mm"'],
        ['<AcquisitionDate>', '<Description>dust</Description><AcquisitionDate>'],
        ['<Instrument', '<Experimenter ID="Experimenter:0" UserName="somebody"/><Instrument'],
      ),
    ),
  ],
  'olympus-sis': [
    tagsInput([{ place: 'tiff:33560', tag: 33_560, bytes: new Uint8Array(4), numbers: [SIS_BLOCK_AT] }], {
      readAt: readerInto(sisFile({ cameraName: 'Quemesa', name: 'Ni' })),
    }),
  ],
  'digital-micrograph': [
    tagsInput([
      ...[65_003, 65_004].map((tag) => ({ place: `tiff:${tag}`, tag, bytes: latin1('nm') })),
      ...[65_009, 65_010].map((tag) => ({ place: `tiff:${tag}`, tag, bytes: new Uint8Array(8), numbers: [2.1] })),
    ]),
  ],
  imagej: [describedInput('ImageJ=1.51d\nunit=micron\n')],
};
