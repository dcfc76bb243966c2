foreach ($provitem in $JSONContent) { if ($provItem.action -eq 'Create') { $provitem.changeId }}
