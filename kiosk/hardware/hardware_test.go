package hardware_test

import (
	"os"
	"path/filepath"
	"testing"

	"balcao/kiosk/hardware"
)

// system writes files of an invented machine.
func system(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func link(t *testing.T, root, target, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, target), filepath.Join(root, name)); err != nil {
		t.Fatal(err)
	}
}

func TestAMachineSaysWhatItsMakerWroteAndNotWhatTheyLeftOut(t *testing.T) {
	t.Parallel()
	const dmi = "sys/class/dmi/id/"
	for name, c := range map[string]struct {
		files map[string]string
		want  hardware.Make
	}{
		"nothing": {nil, hardware.Make{}},
		"smbios": {
			map[string]string{dmi + "sys_vendor": "ACME Quiosques\n", dmi + "product_name": "Totem  22\n", dmi + "product_serial": "T-7\n", dmi + "bios_version": "1.4\n"},
			hardware.Make{Maker: "ACME Quiosques", Model: "Totem 22", Serial: "T-7", Firmware: "1.4"},
		},
		"fillers": {
			map[string]string{dmi + "sys_vendor": "To Be Filled By O.E.M.\n", dmi + "product_name": "Default string\n", dmi + "bios_version": "P1.20\n"},
			hardware.Make{Firmware: "P1.20"},
		},
		"device tree": {
			map[string]string{"sys/firmware/devicetree/base/model": "Board 4 Rev 1.1\x00", "sys/firmware/devicetree/base/serial-number": "10000000abc\x00"},
			hardware.Make{Model: "Board 4 Rev 1.1", Serial: "10000000abc"},
		},
		"hostile": {
			map[string]string{dmi + "product_name": "\x1b[2Jbox\xff\x00"},
			hardware.Make{Model: "[2Jbox"},
		},
	} {
		if got := hardware.Machine(system(t, c.files)); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestATouchScreenIsToldFromAMouseAndNamedByItsUSBDevice(t *testing.T) {
	t.Parallel()
	const usb = "sys/devices/pci0/usb1/1-4/"
	root := system(t, map[string]string{
		"sys/devices/mouse/input/input2/properties":         "0\n",
		"sys/devices/mouse/input/input2/capabilities/abs":   "0\n",
		"sys/devices/mouse/input/input2/name":               "Mouse\n",
		usb + "1-4:1.0/0003/input/input10/properties":       "2\n",
		usb + "1-4:1.0/0003/input/input10/capabilities/abs": "260800000000003\n",
		usb + "1-4:1.0/0003/input/input10/name":             "eGalax Inc. eGalaxTouch\n",
		usb + "idVendor":                                    "0EEF\n", usb + "idProduct": "0001\n", usb + "manufacturer": "eGalax Inc.\n", usb + "product": "USB TouchController\n",
		usb + "bcdDevice": "0210\n", usb + "serial": "E-12\n",
	})
	link(t, root, "sys/devices/mouse/input/input2", "sys/class/input/input2")
	link(t, root, usb+"1-4:1.0/0003/input/input10", "sys/class/input/input10")
	want := hardware.Make{Maker: "eGalax Inc.", Model: "USB TouchController", Serial: "E-12", Firmware: "2.10", USB: "0eef:0001"}
	if got, found := hardware.Touch(root); !found || got != want {
		t.Errorf("%+v, %v; want %+v", got, found, want)
	}
	if got, found := hardware.Touch(t.TempDir()); found {
		t.Errorf("a machine without inputs has the touch screen %+v", got)
	}
}

func TestAReleaseNumberIsReadAsUSBWritesIt(t *testing.T) {
	t.Parallel()
	for bcd, want := range map[string]string{"0203": "2.03", "1000": "10.00", "0000": "", "": "", "12": "", "xyzw": "", "0100": "1.00", "000a": "0.0a"} {
		if got := hardware.Release(bcd); got != want {
			t.Errorf("%q is %q, want %q", bcd, got, want)
		}
	}
}
