/** Changes to a built header: each text is replaced by the other, which must stand in it. */
export type Replacements = readonly (readonly [from: string, to: string])[];

function replaced(text: string, replacements: Replacements): string {
  let changed = text;
  for (const [from, to] of replacements) {
    if (!changed.includes(from)) throw new Error(`"${from}" does not stand in the header.`);
    changed = changed.replace(from, to);
  }
  return changed;
}

/** The XML of a Helios, in the form that three real files have in tag 34683, with numbers of our own. */
export function tfsXml(...replacements: Replacements): string {
  return replaced(TFS, replacements);
}

/** The XML of a Phenom in the form that RosettaSciIO reads and tests; no real file is at hand. */
export function phenomXml(...replacements: Replacements): string {
  return replaced(PHENOM, replacements);
}

/** The XML of Zeiss Atlas in the form that a real file has in tag 51023, with numbers of our own. */
export function atlasXml(...replacements: Replacements): string {
  return replaced(ATLAS, replacements);
}

/** OME-XML of one plane after the schema 2016-06. */
export function omeXml(...replacements: Replacements): string {
  return replaced(OME, replacements);
}

const TFS = `<?xml version="1.0"?>
<Metadata xmlns:nil="http://schemas.fei.com/Metadata/v1/2013/07" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Core>
    <UserID>somebody</UserID>
    <ApplicationSoftware>xT</ApplicationSoftware>
  </Core>
  <Instrument>
    <ControlSoftwareVersion>17.21.0.16195</ControlSoftwareVersion>
    <Manufacturer>FEI Company</Manufacturer>
    <InstrumentClass>Helios 5 Hydra CX</InstrumentClass>
    <InstrumentID>1234567</InstrumentID>
  </Instrument>
  <Acquisition>
    <AcquisitionDatetime>2022-10-04T08:41:33</AcquisitionDatetime>
    <BeamType>Electron</BeamType>
    <ColumnType>Elstar</ColumnType>
    <SourceType>FEG</SourceType>
  </Acquisition>
  <Optics>
    <Apertures><Aperture><Number>1</Number><Diameter>3.2E-05</Diameter></Aperture></Apertures>
    <AccelerationVoltage>2000</AccelerationVoltage>
    <DecelerationVoltage>0</DecelerationVoltage>
    <SpotSize>6.9E-09</SpotSize>
    <BeamCurrent>5E-11</BeamCurrent>
    <FullScanFieldOfView><X>0.0006</X><Y>0.0004</Y></FullScanFieldOfView>
    <ScanFieldOfView><X>0.0003</X><Y>0.0002</Y></ScanFieldOfView>
    <WorkingDistance>0.0037984801843336419</WorkingDistance>
    <SampleTiltCorrectionOn>false</SampleTiltCorrectionOn>
    <SamplePreTiltAngle>-0.5</SamplePreTiltAngle>
    <StigmatorRaw><X>0.0045</X><Y>-0.0266</Y></StigmatorRaw>
  </Optics>
  <StageSettings>
    <StagePosition>
      <X>0.0032841646154704303</X><Y>-0.0033</Y><Z>0.0039</Z><Rotation>0.25</Rotation>
      <Tilt><Alpha>0.61086457777071013</Alpha><Beta>0</Beta></Tilt>
    </StagePosition>
  </StageSettings>
  <ScanSettings>
    <DwellTime>3E-07</DwellTime>
    <ScanSize><Width>1536</Width><Height>1024</Height></ScanSize>
    <LineTime>0.000483</LineTime>
    <FrameTime>0.494592</FrameTime>
    <ScanRotation>3.1415926535897931</ScanRotation>
  </ScanSettings>
  <VacuumProperties><SamplePressure>0.00012</SamplePressure></VacuumProperties>
  <Detectors>
    <ScanningDetector>
      <DetectorName>ETD</DetectorName>
      <DetectorType>ETD</DetectorType>
      <Signal>SE</Signal>
      <GridVoltage>600</GridVoltage>
      <ContrastNormalized>56.4</ContrastNormalized>
      <BrightnessNormalized>38.6</BrightnessNormalized>
    </ScanningDetector>
  </Detectors>
  <GasInjectionSystems>
    <Gis><PortName>Port1</PortName></Gis>
    <Gis><PortName>Port2</PortName></Gis>
  </GasInjectionSystems>
  <BinaryResult>
    <ImageSize><X>1536</X><Y>1024</Y></ImageSize>
    <FilterType>Integrate</FilterType>
    <FilterFrameCount>4</FilterFrameCount>
    <PixelSize>
      <X unit="m" unitPrefixPower="1">1.9531249999999998E-07</X>
      <Y unit="m" unitPrefixPower="1">1.9531249999999998E-07</Y>
    </PixelSize>
  </BinaryResult>
</Metadata>
`;

const PHENOM = `<?xml version="1.0" encoding="UTF-8"?>
<FeiImage version="1.0">
  <databarHeight>64</databarHeight>
  <databarLabel>grains &amp; pores</databarLabel>
  <displayWidth>0.26</displayWidth>
  <pixelWidth unit="nm">975.7792598920121</pixelWidth>
  <pixelHeight unit="nm">975.7792598920121</pixelHeight>
  <time>2019-08-07T09:37:31</time>
  <integrations>4</integrations>
  <cropHint><left>0</left><top>0</top><right>1024</right><bottom>1024</bottom></cropHint>
  <appliedContrast>1.25</appliedContrast>
  <appliedBrightness>-0.1</appliedBrightness>
  <samplePosition><x>-0.002586744298575455</x><y>-0.0007322168400784014</y></samplePosition>
  <samplePressureEstimate>10</samplePressureEstimate>
  <workingDistance unit="mm">8.141749999999993</workingDistance>
  <instrument>
    <type>PhenomXL</type>
    <softwareVersion>5.4.5.rc10</softwareVersion>
    <uniqueID>MVE000001-0001-L</uniqueID>
  </instrument>
  <acquisition>
    <scan>
      <dwellTime unit="ns">200</dwellTime>
      <spotSize>3.3</spotSize>
      <rotation>0</rotation>
      <detector>BSD Full</detector>
      <stigmator><x>0.01</x><y>-0.02</y></stigmator>
      <highVoltage unit="kV">-15</highVoltage>
      <emissionCurrent unit="uA">41.5</emissionCurrent>
    </scan>
  </acquisition>
</FeiImage>
`;

const ATLAS = `<?xml version="1.0" encoding="iso-8859-1"?>
<Fibics version="1.0"><Application><Version>AtlasEngine v5.0</Version><Date>2017-04-20T11:52:36.078+02:00</Date>\
</Application><Image><Width>1000</Width><Height>800</Height><BoundingBox.Left>0</BoundingBox.Left>\
<Machine>LAB-AURIGA</Machine><Beam>SEM</Beam><Aperture>[1] 30 µm [HC] (5.0 kV)</Aperture><Detector>InLens</Detector>\
<Contrast>27.9</Contrast><Brightness>48.9</Brightness></Image><Scan><Dwell units="ns">1000</Dwell>\
<FOV_X units="um">45.7</FOV_X><FOV_Y units="um">36.56</FOV_Y><ScanRot units="deg">90</ScanRot><Ux>0.0457</Ux>\
<Uy>0</Uy><Vx>0</Vx><Vy>-0.0457</Vy><Focus>0.00504427822306752</Focus><StigX>-5.5</StigX><StigY>0.25</StigY></Scan>\
<Stage><X units="um">-58728.2805042487</X><Y units="um">-75551.5324195729</Y><Z units="um">41893.665</Z>\
<Tilt units="deg">90</Tilt><Rot units="deg">180</Rot><M units="mm">1.99</M></Stage><BeamInfo>\
<item name="Ext I">=  248.4 ?A</item><item name="Fil I">=  2.297 A</item></BeamInfo><ScanInfo>\
<item name="Tilt Corrn. Angle">= -36.0°</item></ScanInfo></Fibics>
`;

const OME = `<?xml version="1.0" encoding="UTF-8"?>
<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" Creator="Odemis v3.1">
  <Instrument ID="Instrument:0">
    <Microscope Manufacturer="Delmic" Model="SECOM" SerialNumber="42"/>
    <Detector ID="Detector:0" Model="ETD"/>
  </Instrument>
  <Image ID="Image:0" Name="grain boundary">
    <AcquisitionDate>2021-05-06T07:08:09</AcquisitionDate>
    <StageLabel Name="centre" X="1.5" XUnit="mm" Y="-2" YUnit="mm" Z="3"/>
    <Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="640" SizeY="480" SizeC="1" SizeT="1" SizeZ="1"
      PhysicalSizeX="0.125" PhysicalSizeXUnit="µm" PhysicalSizeY="125" PhysicalSizeYUnit="nm"/>
  </Image>
  <Image ID="Image:1" Name="overview">
    <Pixels ID="Pixels:1" DimensionOrder="XYCZT" Type="uint8" SizeX="64" SizeY="48" SizeC="1" SizeT="1" SizeZ="1"
      PhysicalSizeX="9" PhysicalSizeY="9"/>
  </Image>
</OME>
`;
