foreach ($provitem in $JSONContent) { $provitem.jobId }
