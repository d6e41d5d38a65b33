# Completion of stein for PowerShell: the program itself says what fits, and where it says nothing, file names do.
Register-ArgumentCompleter -Native -CommandName stein -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)

  $name = $commandAst.CommandElements[0]
  # A name in quotes, or an alias, still leads to the program.
  $program = Get-Command -Name $commandAst.GetCommandName() -CommandType Application -ErrorAction Ignore | Select-Object -First 1
  if (-not $program) { $program = 'stein' }

  # The tree leaves out the blanks before the cursor, which say that a new word begins.
  $start = $name.Extent.EndOffset - $commandAst.Extent.StartOffset
  $length = $cursorPosition - $name.Extent.EndOffset
  $rest = $commandAst.Extent.Text.Substring($start)
  $rest = if ($length -lt $rest.Length) { $rest.Substring(0, [Math]::Max($length, 0)) } else { $rest.PadRight($length) }
  # Some versions pass double quotes on to programs wrongly.
  $line = 'stein' + $rest.Replace('"', "'")

  & $program '[suggest]' $line 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
