package display

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
)

// locked are Chromium's policies that hold on every kiosk: no page can lift them, nor can whoever has a keyboard.
// Names and values are those of chromeenterprise.google/policies.
var locked = map[string]any{
	"URLBlocklist":                       []string{"*"},
	"DeveloperToolsAvailability":         2, // nowhere
	"DownloadRestrictions":               3, // none at all
	"IncognitoModeAvailability":          1, // off
	"BrowserSignin":                      0,
	"SyncDisabled":                       true,
	"PasswordManagerEnabled":             false,
	"AutofillAddressEnabled":             false,
	"AutofillCreditCardEnabled":          false,
	"PrintingEnabled":                    false,
	"AllowFileSelectionDialogs":          false,
	"DefaultPopupsSetting":               2,
	"DefaultGeolocationSetting":          2,
	"DefaultNotificationsSetting":        2,
	"DefaultWebUsbGuardSetting":          2,
	"DefaultSerialGuardSetting":          2,
	"DefaultWebBluetoothGuardSetting":    2,
	"DefaultFileSystemReadGuardSetting":  2,
	"DefaultFileSystemWriteGuardSetting": 2,
	"AudioCaptureAllowed":                false,
	"VideoCaptureAllowed":                false,
	"ScreenCaptureAllowed":               false,
	"ExtensionInstallBlocklist":          []string{"*"},
	"BlockExternalExtensions":            true,
	"BrowserAddPersonEnabled":            false,
	"BrowserGuestModeEnabled":            false,
	"BackgroundModeEnabled":              false,
	"BookmarkBarEnabled":                 false,
	"EditBookmarksEnabled":               false,
	"DefaultSearchProviderEnabled":       false,
	"SearchSuggestEnabled":               false,
	"TranslateEnabled":                   false,
	"SpellcheckEnabled":                  false,
	"MetricsReportingEnabled":            false,
	"ComponentUpdatesEnabled":            false,
	"AllowDinosaurEasterEgg":             false,
	"AutoplayAllowed":                    true,
	"PromptForDownloadLocation":          false,
	"SavingBrowserHistoryDisabled":       true,
	"NetworkPredictionOptions":           2,
}

// WritePolicy writes the file for /etc/chromium/policies/managed of a machine whose faces are served at an address:
// nothing but that address opens.
func WritePolicy(w io.Writer, address string) error {
	all := maps.Clone(locked)
	all["URLAllowlist"] = []string{address}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the browser's policies: %w", err)
	}
	_, err = fmt.Fprintf(w, "%s\n", raw)
	return err
}
